import { execa } from 'execa';
import type { Readable, Writable } from 'node:stream';
import { throwIfCancelled } from '../base/errors.ts';
import { Tail } from '../base/tail.ts';

/** A program on the host. Arguments are never given to a shell, and secrets travel in `env`, never in `args`. */
export interface HostCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** Added to the engine's own environment; `undefined` takes a variable away. Never logged. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly input?: string | Uint8Array | undefined;
  /** Bytes of standard output that are kept; a program that writes more is ended. Of its errors the last lines are kept. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds after which the program and its children are ended. */
  readonly timeoutMs?: number | undefined;
}

export interface HostResult {
  /** `undefined` when the program was ended from outside, such as one that wrote too much. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: Buffer;
  /** `stdout` is only the first part of what the program had to say. */
  readonly truncated: boolean;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** A program that could not be started at all, such as one that is not installed. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
  readonly reason: 'not-found' | 'denied' | 'other';

  constructor(file: string, cause: unknown) {
    super(`Could not start ${file}.`, { cause });
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    this.reason = code === 'ENOENT' ? 'not-found' : code === 'EACCES' ? 'denied' : 'other';
  }
}

const defaultMaxBytes = 64 * 1024 * 1024;
/** After a polite SIGTERM, how long until SIGKILL, in milliseconds. */
const forceKillAfterMs = 3000;

/** Runs a program to its end. A non-zero exit is a result, not an error; a fired signal rejects with `cancelled`. */
export async function runOnHost(command: HostCommand, signal?: AbortSignal): Promise<HostResult> {
  const running = startOnHost(command, signal);
  const output = collect(running, command.maxBytes ?? defaultMaxBytes);
  const stderr = collectTail(running.stderr);
  running.stdin.end(command.input);
  const end = await running.ended;
  return { ...end, ...(await output), stderr: await stderr };
}

export interface HostProcess {
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Further pipes that were asked for with `pipes`, as file descriptors 3 and up. */
  readonly pipes: readonly (Readable & Writable)[];
  /** Settles when the program has ended; rejects with `cancelled` or `SpawnError`. */
  readonly ended: Promise<Pick<HostResult, 'exitCode' | 'signal' | 'timedOut'>>;
  kill(): void;
}

/** Starts a program in a process group of its own, so that cancelling ends its children as well. */
export function startOnHost(
  command: HostCommand & { readonly pipes?: number | undefined },
  signal?: AbortSignal,
): HostProcess {
  throwIfCancelled(signal);
  const child = spawn(command);
  const group = new Group(child.pid, command.timeoutMs);
  const end = (): void => {
    group.end();
  };
  signal?.addEventListener('abort', end, { once: true });
  const { stdin, stdout, stderr } = requirePipes(child);
  stdin.on('error', () => undefined);
  const ended = (async () => {
    const { exitCode, signal: killedBy, cause } = await child;
    group.gone();
    signal?.removeEventListener('abort', end);
    throwIfCancelled(signal);
    if (exitCode === undefined && killedBy === undefined && !group.timedOut) throw new SpawnError(command.file, cause);
    return { exitCode, signal: killedBy, timedOut: group.timedOut };
  })();
  // Whoever reads only the streams must not bring the engine down with an unhandled rejection.
  ended.catch(() => undefined);
  const isPipe = (pipe: unknown): pipe is Readable & Writable => pipe !== null && pipe !== undefined;
  return { pid: child.pid, stdin, stdout, stderr, pipes: child.stdio.slice(3).filter(isPipe), kill: end, ended };
}

function spawn({ file, args, cwd, env, pipes = 0 }: HostCommand & { readonly pipes?: number | undefined }) {
  return execa(file, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: env ?? {},
    stdio: ['pipe', 'pipe', 'pipe', ...Array.from({ length: pipes }, () => 'pipe' as const)],
    buffer: false,
    reject: false,
    detached: true,
    cleanup: true,
  });
}

/** A process group that is ended politely at first, on request or when its time is up. */
class Group {
  readonly #pid: number | undefined;
  readonly #expiry: NodeJS.Timeout | undefined;
  #force: NodeJS.Timeout | undefined;
  timedOut = false;

  constructor(pid: number | undefined, timeoutMs: number | undefined) {
    this.#pid = pid;
    if (timeoutMs !== undefined) this.#expiry = setTimeout(() => this.#expire(), timeoutMs);
  }

  end(): void {
    killGroup(this.#pid, 'SIGTERM');
    this.#force ??= setTimeout(killGroup, forceKillAfterMs, this.#pid, 'SIGKILL').unref();
  }

  /** The program has ended: its number may soon belong to another. What it left running in its group ends at once. */
  gone(): void {
    clearTimeout(this.#expiry);
    if (this.#force === undefined) return;
    clearTimeout(this.#force);
    killGroup(this.#pid, 'SIGKILL');
  }

  #expire(): void {
    this.timedOut = true;
    this.end();
  }
}

function requirePipes(child: { stdin?: Writable | null; stdout?: Readable | null; stderr?: Readable | null }): {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
} {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('a child process came without its pipes');
  return { stdin, stdout, stderr };
}

/** Signals a whole process group; a group that is gone already is fine. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

async function collect(
  running: Pick<HostProcess, 'stdout' | 'kill'>,
  maxBytes: number,
): Promise<Pick<HostResult, 'stdout' | 'truncated'>> {
  const chunks: Buffer[] = [];
  let left = maxBytes;
  // Read to the end all the same: what it had written before it was ended would keep its pipe, and so its end, open.
  for await (const chunk of running.stdout as AsyncIterable<Buffer>) {
    if (left > 0) chunks.push(chunk.subarray(0, left));
    if (left >= 0 && chunk.length > left) running.kill();
    left -= chunk.length;
  }
  return { stdout: Buffer.concat(chunks), truncated: left < 0 };
}

async function collectTail(stream: Readable): Promise<string> {
  const tail = new Tail(64 * 1024);
  for await (const chunk of stream as AsyncIterable<Buffer>) tail.write(chunk);
  return tail.lines(500);
}
