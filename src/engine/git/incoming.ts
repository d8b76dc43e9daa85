import { type Readable, Transform, type TransformCallback, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sleep } from '../base/clock.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { Tail } from '../base/tail.ts';
import type { HostProcess } from '../process/run.ts';
import type { WorkspaceRef } from './checkpoint.ts';
import { GitError } from './gitError.ts';
import { startHostGit } from './hostProcess.ts';
import { boundedMemory } from './boundedMemory.ts';

/** A running upload-pack (or another program that speaks git's protocol), wherever it runs. */
export interface Connection {
  readonly toUploadPack: Writable;
  readonly fromUploadPack: Readable;
  /** Settles with its exit code once it has ended. */
  readonly end: Promise<number | undefined>;
}

/** The signal fires when the connection is no longer needed. */
export type Connect = (signal: AbortSignal) => Promise<Connection>;

export interface Incoming {
  readonly folder: string;
  readonly connect: Connect;
  readonly maxBytes: number;
  /** The other side is not told what is there already, and sends all that the commits stand on. */
  readonly anew?: boolean | undefined;
}

/** How long the other side may take to end by itself before its connection is closed, in milliseconds. */
const exitGraceMs = 1000;
const timeoutMs = 15 * 60 * 1000;
const maxListBytes = 4 * 1024 * 1024;

/** Branches and checkpoints that the other side says it has. */
export async function listRefs(incoming: Incoming, signal?: AbortSignal): Promise<WorkspaceRef[]> {
  const text = await converse(
    incoming,
    ['ls-remote', '--', 'fd::3,4', 'refs/heads/*', 'refs/flotilla/checkpoints/*'],
    signal,
  );
  return text.split('\n').flatMap((line) => {
    const [, commit, ref] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(refs\/.+)$/.exec(line) ?? [];
    return commit !== undefined && ref !== undefined ? [{ commit, ref }] : [];
  });
}

/** Objects alone, by the commits' ids, checked as they come in; no ref changes, whatever the other side says. */
export async function fetchObjects(
  incoming: Incoming,
  commits: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'];
  await converse(incoming, ['fetch', ...options, 'fd::3,4', ...commits], signal);
}

/** Runs git with the other side's streams as its file descriptors 3 and 4. */
async function converse(
  { folder, connect, maxBytes, anew = false }: Incoming,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  throwIfCancelled(signal);
  const over = new AbortController();
  const stop = (): void => {
    over.abort();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const connection = await connect(over.signal);
    const config = [
      'protocol.fd.allow=always',
      'protocol.version=0',
      'transfer.fsckObjects=true',
      'fetch.fsckObjects=true',
      ...(anew ? ['fetch.negotiationAlgorithm=noop'] : []),
    ];
    throwIfCancelled(signal);
    const git = startHostGit({ folder, config, variables: boundedMemory, args, timeoutMs }, 2, signal);
    return await finish(git, { connection, args, maxBytes });
  } finally {
    signal?.removeEventListener('abort', stop);
    over.abort();
  }
}

interface Conversation {
  readonly connection: Connection;
  readonly args: readonly string[];
  readonly maxBytes: number;
}

async function finish(git: HostProcess, { connection, args, maxBytes }: Conversation): Promise<string> {
  const said = new Tail(64 * 1024);
  git.stderr.on('data', (chunk: Buffer) => {
    said.write(chunk);
  });
  git.stdin.end();
  const answer = bounded(git.stdout, maxListBytes);
  const meter = new Meter(maxBytes, () => {
    git.kill();
  });
  const pumps = pump(git, connection, meter);
  const { exitCode, timedOut } = await git.ended;
  // Git has all it wanted or has given up; the other side might never end by itself.
  connection.toUploadPack.end();
  await Promise.race([connection.end.catch(() => undefined), sleep(exitGraceMs)]);
  connection.fromUploadPack.destroy();
  await pumps;
  if (meter.exceeded) throw tooMuch(maxBytes);
  if (timedOut) throw new GitError(args, exitCode, 'fatal: the transfer timed out');
  if (exitCode !== 0) throw failure(new GitError(args, exitCode, said.lines(100)));
  return await answer;
}

/** Passes bytes on until there are too many. */
class Meter extends Transform {
  readonly #maxBytes: number;
  readonly #stop: () => void;
  #size = 0;

  constructor(maxBytes: number, stop: () => void) {
    super();
    this.#maxBytes = maxBytes;
    this.#stop = stop;
  }

  get exceeded(): boolean {
    return this.#size > this.#maxBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#size += chunk.length;
    if (this.exceeded) {
      this.#stop();
      done();
    } else done(null, chunk);
  }
}

/** Joins the streams; how they end is told by git's own end, not by theirs. */
async function pump(git: HostProcess, connection: Connection, meter: Meter): Promise<void> {
  const [input, output] = git.pipes;
  if (input === undefined || output === undefined) throw new Error('git was started without its pipes');
  await Promise.allSettled([
    pipeline(connection.fromUploadPack, meter, input),
    pipeline(output, connection.toUploadPack),
  ]);
}

async function bounded(stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  // What is cut would end in half a name.
  return size <= maxBytes ? text : text.slice(0, text.lastIndexOf('\n') + 1);
}

const tooMuch = (maxBytes: number): FlotillaError =>
  new FlotillaError(
    'limit-reached',
    `The session's commits are larger than ${Math.floor(maxBytes / 1024 ** 2)} MiB and did not come home. Take large files out of them.`,
  );

/** The other side went away in the middle: it is the environment that has ended, not a remote that can't be reached. */
function failure(error: GitError): Error {
  if (!/hung up|early EOF|unexpected disconnect|expected .* packet|Could not read from remote/i.test(error.stderr))
    return error;
  return new FlotillaError(
    'environment-gone',
    'The environment ended while its commits came home; what came home before is safe.',
    {
      cause: error,
      detail: error.stderr,
    },
  );
}
