import { FlotillaError } from '../base/errors.ts';
import { explainGitError } from './explainGitError.ts';
import { firstOfHostGit, runHostGit } from './hostProcess.ts';
import { boundedMemory } from './boundedMemory.ts';

/** A file or folder of a revision, as git keeps it. Links are files that hold where they lead. */
export interface RevisionEntry {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Bytes; 0 for folders. */
  readonly size: number;
}

/** Bytes of listings that are read. */
const maxListing = 16 * 1024 * 1024;

/** The files of one commit or tree of a bare repository, as git keeps them: no filter and no program of a configuration runs. */
export class RevisionFiles {
  readonly #folder: string;
  readonly #revision: string;

  /** `revision`: a full object id. Paths are relative to the root, "" is the root itself. */
  constructor(folder: string, revision: string) {
    this.#folder = folder;
    this.#revision = revision;
  }

  /** The bytes of a file; `undefined` when there is none at the path. Rejects with `file-too-long`. */
  async read(path: string, maxBytes: number, signal?: AbortSignal): Promise<Buffer | undefined> {
    const most = maxBytes + 4096 + path.length;
    const call = { folder: this.#folder, args: ['cat-file', '--batch', '-z'], input: this.#names([path]) };
    const { stdout } = await explained(firstOfHostGit({ ...call, variables: boundedMemory, maxBytes: most }, signal));
    const end = stdout.indexOf('\n');
    const [, size] = /^[0-9a-f]{40,64} blob (\d+)$/.exec(stdout.subarray(0, end).toString('utf8')) ?? [];
    if (size === undefined) return undefined;
    if (Number(size) > maxBytes)
      throw new FlotillaError('file-too-long', `The file has ${size} bytes; at most ${maxBytes} are read.`);
    return stdout.subarray(end + 1, end + 1 + Number(size));
  }

  /** What paths are, in their order; `undefined` for what is not there. */
  async stat(paths: readonly string[], signal?: AbortSignal): Promise<(RevisionEntry | undefined)[]> {
    const args = ['cat-file', '--batch-check=%(objecttype) %(objectsize)', '-z'];
    const stdout = await this.#git(args, { input: this.#names(paths) }, signal);
    const lines = new Answers(stdout.toString('utf8'));
    return paths.map((path) => lines.next(`${this.#revision}:${path}`));
  }

  /** The entries of a folder; `undefined` when there is no folder at the path. */
  async list(path: string, signal?: AbortSignal): Promise<(RevisionEntry & { readonly name: string })[] | undefined> {
    const [entry] = await this.stat([path], signal);
    if (entry?.kind !== 'folder') return undefined;
    const stdout = await this.#git(['ls-tree', '-z', '-l', `${this.#revision}:${path}`], {}, signal);
    return stdout.toString('utf8').split('\0').slice(0, -1).flatMap(parseEntry);
  }

  #names(paths: readonly string[]): string {
    return paths.map((path) => `${this.#revision}:${path}\0`).join('');
  }

  async #git(args: readonly string[], more: { input?: string }, signal: AbortSignal | undefined): Promise<Buffer> {
    const call = { folder: this.#folder, args, maxBytes: maxListing, ...more };
    return (await explained(runHostGit(call, signal))).stdout;
  }
}

async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw explainGitError(error, 'the work store');
  }
}

/** Reads what `--batch-check` answers. What is missing is told with its name, and a name may hold line ends. */
class Answers {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(name: string): RevisionEntry | undefined {
    const missing = `${name} missing\n`;
    if (this.#text.startsWith(missing, this.#at)) {
      this.#at += missing.length;
      return undefined;
    }
    const end = this.#text.indexOf('\n', this.#at);
    const [, type, size] = /^(\w+) (\d+)$/.exec(this.#text.slice(this.#at, end)) ?? [];
    this.#at = end + 1;
    if (type === 'tree') return { kind: 'folder', size: 0 };
    return type === 'blob' ? { kind: 'file', size: Number(size) } : undefined;
  }
}

const kinds: Readonly<Record<string, RevisionEntry['kind']>> = { '040': 'folder', '100': 'file', '120': 'link' };

function parseEntry(text: string): (RevisionEntry & { readonly name: string })[] {
  const [, mode = '', size = '', name = ''] = /^(\d{3})\d{3} \S+ \S+ +(\d+|-)\t(.+)$/s.exec(text) ?? [];
  return name === '' ? [] : [{ name, kind: kinds[mode] ?? 'other', size: size === '-' ? 0 : Number(size) }];
}
