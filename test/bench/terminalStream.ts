import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { EngineClient } from '../../src/client/engineClient.ts';
import type { TerminalConnection } from '../../src/client/terminalConnection.ts';
import { DevcontainerEnvironment } from '../../src/engine/runtime/devcontainer/devcontainerEnvironment.ts';
import { Docker } from '../../src/engine/runtime/devcontainer/docker.ts';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { shellTerminalId } from '../../src/protocol/terminal.ts';

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

/** What the same takes through the engine to a viewer of a shell in the session. */
export async function engineStream(client: EngineClient, session: string): Promise<number> {
  const collector = new Collector();
  const shell = Math.random().toString(36).slice(2).padEnd(8, '0').slice(0, 8);
  let terminal: TerminalConnection | undefined;
  let early = 0;
  terminal = await client.terminal(shellTerminalId(session, shell), {
    message: () => undefined,
    bytes: (chunk) => {
      collector.take(chunk);
      // The first bytes come before the connection is handed over.
      if (terminal === undefined) early += chunk.length;
      else terminal.send({ type: 'ack', bytes: chunk.length });
    },
    closed: () => undefined,
  });
  terminal.send({ type: 'ack', bytes: early });
  terminal.send({ type: 'focus', size });
  terminal.input(Buffer.from(`stty -echo; ${command}\n`));
  await collector.done;
  terminal.close();
  return collector.result();
}
