import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import assert from 'node:assert/strict';
import type { FlotillaEvent } from '../../../src/protocol/events.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { runCli } from '../../../src/cli/runCli.ts';
import { aSession } from '../../support/storedSession.ts';
import type { FakeEngine } from './fakeEngine.ts';

const at = '2026-01-02T03:04:05.000Z';

export const session = (fields: Partial<Session> = {}): Session =>
  aSession({
    id: 'bcdfghjk',
    name: 'fix-login',
    prompt: 'fix the login',
    repository: { id: 'r', source: '/tmp/shop', kind: 'folder', name: 'shop' },
    branch: 'flotilla/fix-login-bcdf',
    state: 'running',
    reason: { code: 'working', message: 'Claude works.' },
    createdAt: at,
    updatedAt: at,
    ...fields,
  });

let seq = 0;
/** An event of the session of this bed, newer than every other. */
export const event = (body: FlotillaEvent['body']): FlotillaEvent => ({
  seq: (seq += 1),
  at,
  actor: { face: 'engine', user: 'engine' },
  sessionId: 'bcdfghjk',
  body,
});

/** A terminal or a pipe that keeps what is written to it. */
export class Screen extends PassThrough {
  isTTY = false;
  columns = 80;
  rows = 24;
  text = '';
  isRaw = false;

  constructor() {
    super();
    this.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
  }

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }
}

export interface CliBed {
  readonly out: Screen;
  readonly err: Screen;
  readonly stdin: PassThrough & { isTTY: boolean; isRaw: boolean; setRawMode: (isRaw: boolean) => void };
  readonly env: Record<string, string>;
  /** What Ctrl-C does now. */
  interrupt: (() => void) | undefined;
  run(...args: string[]): Promise<number>;
}

export function cliBed(engine: FakeEngine): CliBed {
  const [out, err] = [new Screen(), new Screen()];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: false,
    isRaw: false,
    setRawMode: (isRaw: boolean) => {
      stdin.isRaw = isRaw;
    },
  });
  const bed: CliBed = {
    out,
    err,
    stdin,
    env: {},
    interrupt: undefined,
    run: (...args) =>
      runCli(
        {
          ...{ stdout: out, stderr: err, stdin, env: bed.env, cwd: '/tmp', version: '1.2.3', engine },
          onInterrupt: (handle) => {
            bed.interrupt = handle;
            return () => (bed.interrupt = undefined);
          },
        },
        args,
      ),
  };
  return bed;
}

export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries > 400) assert.fail('it did not come to pass within 2 s');
    await wait(5);
  }
}
