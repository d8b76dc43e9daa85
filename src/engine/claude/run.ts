import { randomBytes } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { sleep } from '../base/clock.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { type Environment, places } from '../runtime/contract.ts';
import { ByteLines } from './byteLines.ts';
import { type ClaudeOptions, autonomousCommand } from './commandLine.ts';
import { readPaced } from './paced.ts';
import { requireEnded } from './requireEnded.ts';
import { type StartState, readStartState } from './startState.ts';
import { interruptRequest, userMessage } from './userMessage.ts';

export interface RunEnd {
  /** `undefined` when the run left none: its supervisor or its environment was killed. */
  readonly exitCode: number | undefined;
}

export type OnLine = (line: string, nextOffset: number) => void;

const script = `${places.tools}/supervise.sh`;
/** Milliseconds for a message to get into Claude's input, and for a question to the supervisor. */
const sendTimeout = 60_000;
const askTimeout = 30_000;
/**
 * After a follower broke off although the run goes on, how long until the next, in milliseconds; twice as long each time that nothing came. The first is short:
 * a container that has died may count as running for a moment.
 */
const retryAfter = { first: 50, most: 2000 };

/**
 * An autonomous Claude under its supervisor inside the environment. It goes on when this engine, its connection or its follower ends;
 * everything about it is in the run's folder, and a run is found again by its id.
 */
export class Run {
  readonly id: string;
  readonly #environment: Environment;
  /** Lines of two messages must not mix in the FIFO. */
  #sending: Promise<unknown> = Promise.resolve();

  private constructor(environment: Environment, id: string) {
    this.#environment = environment;
    this.id = id;
  }

  static newId(): string {
    return `r${randomBytes(8).toString('hex')}`;
  }

  /**
   * Starts Claude with its first prompt, in one exec. A run of this id that was started before is left as it is, whatever became of it:
   * who is cut off may ask again. Rejects with `claude-failed` when the supervisor can't be started.
   */
  static async start(
    environment: Environment,
    options: ClaudeOptions,
    { id = Run.newId(), signal }: { readonly id?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Run> {
    const run = new Run(environment, id);
    const input = Buffer.from(options.prompt === '' ? '' : userMessage(options.prompt).line);
    const claude = autonomousCommand(options);
    const command = ['sh', script, 'start', run.#folder, String(input.length), '--', ...claude] as const;
    const { exitCode, stderr } = await environment.run({ command, cwd: options.workspaceFolder, input }, signal);
    if (exitCode === 0) return run;
    throwIfCancelled(signal, 'Starting Claude');
    throw new FlotillaError(
      'claude-failed',
      'Claude could not be started in its environment. Start the session again.',
      {
        detail: `supervise.sh ended with ${exitCode ?? 'no exit code'}: ${stderr.slice(-2000)}`,
      },
    );
  }

  static reopen(environment: Environment, id: string): Run {
    return new Run(environment, id);
  }

  get #folder(): string {
    return `${places.claude}/run/${this.id}`;
  }

  /**
   * Tells each line of output from byte `offset` on, with the offset after it, until the run is over; empty lines are left out. Goes on
   * by itself when the connection breaks. Rejects with `cancelled` when the signal fires.
   */
  async follow(offset: number, onLine: OnLine, signal?: AbortSignal): Promise<RunEnd> {
    let next = offset;
    const take: OnLine = (line, after) => {
      next = after;
      if (line !== '') onLine(line, after);
    };
    let pause = retryAfter.first;
    for (;;) {
      throwIfCancelled(signal, 'Following Claude');
      const before = next;
      const end = await this.#followOnce(next, take, signal);
      throwIfCancelled(signal, 'Following Claude');
      if ('exitCode' in end) return end;
      // Whatever the run did meanwhile stands in its files, unless the environment went with it.
      if (!(await this.#isReachable())) return { exitCode: undefined };
      if (next > before) pause = retryAfter.first;
      await sleep(pause, signal);
      pause = Math.min(pause * 2, retryAfter.most);
    }
  }

  /** One connection's worth: the run's end, or `broke` when the connection did not hold until then. Rejects with what `onLine` threw. */
  async #followOnce(offset: number, onLine: OnLine, signal?: AbortSignal): Promise<RunEnd | { broke: true }> {
    const command = ['sh', `${places.tools}/follow.sh`, this.#folder, String(offset)] as const;
    const exec = await this.#environment.exec({ command, cwd: '/' }, signal).catch(() => undefined);
    if (exec === undefined) return { broke: true };
    const end = new FollowEnd(offset, onLine);
    const broke = (): { broke: true } => ({ broke: true });
    const reading = readPaced(exec.stdout, (piece) => {
      end.output(piece);
    });
    const over = Promise.race([end.promise, Promise.all([reading, finished(exec.stderr)]).then(broke, broke)]);
    exec.stderr.on('data', (chunk: Uint8Array) => {
      end.news(chunk);
    });
    exec.stdin.on('error', () => undefined);
    try {
      return await over;
    } finally {
      exec.exitCode.catch(() => undefined);
      // follow.sh ends with its input.
      exec.stdin.end();
    }
  }

  async #isReachable(): Promise<boolean> {
    // An error says nothing about the environment: Docker may be restarting.
    const status = await this.#environment.status(AbortSignal.timeout(askTimeout)).catch(() => 'running' as const);
    return status === 'running';
  }

  /**
   * Gives Claude a message; it waits its turn while Claude works. Returns the uuid that its `prompt` event will carry; given the same
   * one again, Claude leaves the message out. Rejects with `not-in-this-state` once the run is over.
   */
  async send(text: string, options: { uuid?: string; signal?: AbortSignal } = {}): Promise<string> {
    const { uuid, line } = userMessage(text, options.uuid);
    await this.#write(line, options.signal);
    return uuid;
  }

  /** Ends the current turn, as Esc does. */
  async interrupt(signal?: AbortSignal): Promise<void> {
    await this.#write(interruptRequest(), signal);
  }

  #write(line: string, signal?: AbortSignal): Promise<void> {
    const write = this.#sending.then(() => this.#writeNow(Buffer.from(line), signal));
    this.#sending = write.catch(() => undefined);
    return write;
  }

  async #writeNow(input: Buffer, signal?: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(sendTimeout);
    const { exitCode } = await this.#ask(
      ['send', String(input.length)],
      signal === undefined ? limit : AbortSignal.any([signal, limit]),
      input,
    );
    if (exitCode === 0) return;
    throwIfCancelled(signal, 'Sending to Claude');
    throw new FlotillaError(
      'not-in-this-state',
      'Claude is not running any more. Resume the session to send it something.',
    );
  }

  /** No more messages will come: Claude ends after what it has. */
  async finish(): Promise<void> {
    await this.#ask(['finish'], AbortSignal.timeout(askTimeout));
  }

  /**
   * Ends Claude and all that it started: politely, and after five seconds by force. Harmless when it is over. Rejects with `claude-failed`
   * when that can't be done, for want of processes for example.
   */
  async stop(): Promise<void> {
    requireEnded('supervise.sh', await this.#ask(['stop'], AbortSignal.timeout(askTimeout)));
  }

  async alive(signal?: AbortSignal): Promise<boolean> {
    return (await this.state(signal)) === 'running';
  }

  /** What became of the start. Rejects when the environment does not say. */
  async state(signal?: AbortSignal): Promise<StartState> {
    return readStartState(await this.#ask(['state'], signal));
  }

  /** The end of what Claude wrote to its standard error. */
  async errorTail(signal?: AbortSignal): Promise<string> {
    const command = ['tail', '-c', '4000', `${this.#folder}/errors`] as const;
    const { stdout } = await this.#environment.run({ command, cwd: '/', maxBytes: 4096 }, signal);
    return stdout.toString('utf8').trim();
  }

  #ask(
    words: readonly [string, ...string[]],
    signal: AbortSignal | undefined,
    input?: Buffer,
  ): ReturnType<Environment['run']> {
    const [what, ...more] = words;
    const command = ['sh', script, what, this.#folder, ...more] as const;
    return this.#environment.run({ command, cwd: '/', input }, signal);
  }
}

/** Puts together what a follower says: the run is over once it said so and every byte has come. */
class FollowEnd {
  readonly promise: Promise<RunEnd>;
  readonly #settle: (end: RunEnd) => void;
  readonly #fail: (error: unknown) => void;
  readonly #lines: ByteLines;
  readonly #newsLines: ByteLines;
  #told: { readonly size: number; readonly exitCode: number | undefined } | undefined;

  constructor(offset: number, onLine: OnLine) {
    const { promise, resolve, reject } = Promise.withResolvers<RunEnd>();
    this.promise = promise;
    this.#settle = resolve;
    this.#fail = reject;
    this.#lines = new ByteLines(offset, (line, next) => {
      onLine(line, next);
      const code = exitLine(line);
      if (code !== undefined) resolve({ exitCode: code });
    });
    this.#newsLines = new ByteLines(
      0,
      (line) => {
        const found = /^end (\d{1,15}) (\d{1,3}|-)$/.exec(line);
        if (found === null) return;
        this.#told = { size: Number(found[1]), exitCode: found[2] === '-' ? undefined : Number(found[2]) };
        this.#check();
      },
      1000,
    );
  }

  output(chunk: Uint8Array): void {
    try {
      this.#lines.write(chunk);
      this.#check();
    } catch (error) {
      // Not an uncaught exception of a stream's listener: whoever follows gets it.
      this.#fail(error);
    }
  }

  news(chunk: Uint8Array): void {
    this.#newsLines.write(chunk);
  }

  #check(): void {
    if (this.#told !== undefined && this.#lines.offset >= this.#told.size)
      this.#settle({ exitCode: this.#told.exitCode });
  }
}

/** The supervisor's own last line, so that an end is known at once. */
function exitLine(line: string): number | undefined {
  const found = /^\{"type":"flotilla_exit","code":(\d{1,3})\}$/.exec(line);
  return found === null ? undefined : Number(found[1]);
}
