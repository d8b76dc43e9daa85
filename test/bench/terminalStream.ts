import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { silentLog } from '../../src/engine/base/log.ts';
import { DevcontainerEnvironment } from '../../src/engine/runtime/devcontainer/devcontainerEnvironment.ts';
import { Docker } from '../../src/engine/runtime/devcontainer/docker.ts';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { TerminalHub } from '../../src/engine/terminal/terminalHub.ts';
import type { ViewerHandle } from '../../src/engine/terminal/viewer.ts';

/** Numbered lines: a line that is lost, doubled or out of order changes the sum. */
const lines = 6_500_000;
const begin = 'BEGIN-OF-LINES';
const end = 'END-OF-LINES';
const command = `printf '%s\\n' ${begin}; seq 1 ${lines}; printf '%s\\n' ${end}`;
const size = { cols: 120, rows: 32 } as const;

/** The environment of a running session, by the engine's own door to Docker but past the engine. */
export async function environmentOf(client: EngineClient, session: string): Promise<Environment> {
  const place = await client.call('session.environment', { session });
  return new DevcontainerEnvironment(new Docker(), {
    sessionId: session,
    id: place.id,
    image: '',
    user: place.user,
    workspaceFolder: place.workspaceFolder,
    description: '',
  });
}

/** Takes in a terminal's output until the last line; knows then whether it was complete and in order, and how long it took. */
class Collector {
  readonly done: Promise<void>;
  bytes = 0;
  readonly #hash = createHash('sha256');
  readonly #finish: () => void;
  #startedAt = 0;
  #endedAt = 0;
  #pending = '';
  #state: 'before' | 'within' | 'after' = 'before';

  constructor() {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.done = promise.then(() => undefined);
    this.#finish = () => {
      resolve(undefined);
    };
  }

  take(chunk: Uint8Array): void {
    if (this.#state === 'after') return;
    this.#pending += Buffer.from(chunk).toString('latin1');
    if (this.#state === 'before') this.#lookForBegin();
    if (this.#state === 'within') this.#consume();
  }

  /** Milliseconds for all lines; throws when they are not those that were printed. */
  result(): number {
    assert.equal(this.#hash.digest('hex'), expectedHash(), 'the output is not complete and in order');
    return this.#endedAt - this.#startedAt;
  }

  #lookForBegin(): void {
    const at = this.#pending.lastIndexOf(`${begin}\r\n`);
    if (at < 0) return;
    this.#pending = this.#pending.slice(at + begin.length + 2);
    this.#state = 'within';
    this.#startedAt = performance.now();
  }

  #consume(): void {
    const at = this.#pending.indexOf(end);
    const whole = at < 0 ? this.#pending.lastIndexOf('\n') + 1 : at;
    this.bytes += whole;
    this.#hash.update(this.#pending.slice(0, whole), 'latin1');
    this.#pending = this.#pending.slice(whole);
    if (at < 0) return;
    this.#state = 'after';
    this.#endedAt = performance.now();
    this.#finish();
  }
}

let expected: string | undefined;

function expectedHash(): string {
  if (expected !== undefined) return expected;
  const hash = createHash('sha256');
  for (let line = 1; line <= lines; line += 10_000) {
    const until = Math.min(lines, line + 9999);
    hash.update(Array.from({ length: until - line + 1 }, (_, index) => `${line + index}\r\n`).join(''));
  }
  expected = hash.digest('hex');
  return expected;
}

/** What the bare TTY stream of an exec takes for 50 MB. */
export async function bareStream(environment: Environment): Promise<number> {
  const collector = new Collector();
  const exec = await environment.exec({ command: ['sh', '-c', command], tty: size }, AbortSignal.timeout(120_000));
  exec.stdout.on('data', (chunk: Buffer) => {
    collector.take(chunk);
  });
  await collector.done;
  await exec.exitCode;
  return collector.result();
}

/** What the same takes through the engine's terminal to its viewer, which takes everything in at once. */
export async function engineStream(environment: Environment): Promise<number> {
  const collector = new Collector();
  const hub = new TerminalHub({
    open: (_, tty, signal) => environment.exec({ command: ['sh'], tty }, signal),
    log: silentLog,
  });
  const place: { handle?: ViewerHandle } = {};
  place.handle = await hub.attach('testtest', {
    message: () => undefined,
    bytes: (chunk) => {
      collector.take(chunk);
      place.handle?.receive({ type: 'ack', bytes: chunk.length });
    },
  });
  place.handle.receive({ type: 'focus', size });
  place.handle.input(Buffer.from(`stty -echo; ${command}\n`));
  await collector.done;
  await hub.close();
  return collector.result();
}
