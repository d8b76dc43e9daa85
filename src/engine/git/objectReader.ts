import type { HostProcess } from '../process/run.ts';
import { GitError } from './gitError.ts';
import { type HostGitCall, startHostGit } from './hostProcess.ts';

/** The bytes of an object; what is too long to be read; `undefined` when there is none. */
export type ObjectBody = Buffer | 'too-long' | undefined;

interface Wanted {
  readonly resolve: (body: ObjectBody) => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes; a tree or blob above it is not read. */
const maxBytes = 64 * 1024 * 1024;
// Without a buffer, git would hand over each object by itself, however many are wanted at once.
const args = ['cat-file', '--batch-command', '--buffer'];

/** Reads objects by id through one git, in the order they are asked for. */
export class ObjectReader {
  readonly #git: HostProcess;
  readonly #wanted: Wanted[] = [];
  /** Commands that git is still to be given. */
  #asked = '';
  /** Why nothing can be read any more. */
  #end: { readonly error: unknown } | undefined;
  #chunks: Buffer[] = [];
  #have = 0;
  /** Bytes that the head of the queue needs before it is worth looking. */
  #needed = 1;
  /** Bytes of an object that nobody reads, which are still to come. */
  #skipped = 0;

  /** `call`: what a git call needs to work in the repository. */
  constructor(call: Omit<HostGitCall, 'args'>, signal: AbortSignal) {
    this.#git = startHostGit({ ...call, args }, 0, signal);
    this.#git.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#git.stderr.resume();
    const failed = new GitError(args, undefined, 'git cat-file ended early');
    this.#git.ended.then(
      () => this.#fail(failed),
      (error: unknown) => this.#fail(error),
    );
  }

  /** An object of any type, by its full id; behind `^{tree}`, the tree of a commit. */
  async read(id: string): Promise<ObjectBody> {
    if (!/^[0-9a-f]{40,64}(?:\^\{tree\})?$/.test(id)) return undefined;
    if (this.#end !== undefined) throw this.#end.error;
    return new Promise((resolve, reject) => {
      this.#wanted.push({ resolve, reject });
      if (this.#asked === '') queueMicrotask(() => this.#ask());
      this.#asked += `contents ${id}\n`;
    });
  }

  /** Settles when the git is gone. */
  async close(): Promise<void> {
    this.#git.stdin.end();
    await this.#git.ended.catch(() => undefined);
  }

  /** All that was wanted in one go: a write for each would take longer than the reading. */
  #ask(): void {
    this.#git.stdin.write(`${this.#asked}flush\n`);
    this.#asked = '';
  }

  #fail(error: unknown): void {
    this.#end = { error };
    for (const { reject } of this.#wanted.splice(0)) reject(error);
  }

  #take(chunk: Buffer): void {
    const wanted = chunk.subarray(this.#skipped);
    this.#skipped -= chunk.length - wanted.length;
    this.#chunks.push(wanted);
    this.#have += wanted.length;
    if (this.#have < this.#needed) return;
    let rest = Buffer.concat(this.#chunks);
    for (let taken = this.#answer(rest); taken > 0; taken = this.#answer(rest)) rest = rest.subarray(taken);
    this.#chunks = [rest];
    this.#have = rest.length;
  }

  /** Answers the first one that waits; how many bytes it took, 0 when there are not enough. */
  #answer(bytes: Buffer): number {
    this.#needed = bytes.length + 1;
    const end = bytes.indexOf('\n');
    if (end < 0) return 0;
    const [, digits] = /^[0-9a-f]+ \w+ (\d+)$/.exec(bytes.toString('latin1', 0, end)) ?? [];
    if (digits === undefined) return this.#resolve(undefined, end + 1);
    const size = Number(digits);
    if (size > maxBytes) return this.#skip(bytes, end + 1 + size + 1);
    this.#needed = end + 1 + size + 1;
    if (bytes.length < this.#needed) return 0;
    return this.#resolve(Buffer.from(bytes.subarray(end + 1, end + 1 + size)), this.#needed);
  }

  #resolve(body: ObjectBody, taken: number): number {
    this.#wanted.shift()?.resolve(body);
    return taken;
  }

  #skip(bytes: Buffer, length: number): number {
    const taken = Math.min(bytes.length, length);
    this.#skipped = length - taken;
    return this.#resolve('too-long', taken);
  }
}
