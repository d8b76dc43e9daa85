import { type FileStat, longestRead } from '../../protocol/fileOperations.ts';
import type { RevisionEntry, RevisionFiles } from '../git/revisionFiles.ts';
import { fileFailure } from './fileFailures.ts';
import type { FileList } from './fileRecords.ts';

/** The files of a session as they came home last, for as long as its environment does not run. They can't be changed. */
export class HomeFiles {
  readonly #files: RevisionFiles;
  readonly #modified: number;

  /** `at`: when they came home, ISO 8601. */
  constructor(files: RevisionFiles, at: string) {
    this.#files = files;
    this.#modified = Date.parse(at);
  }

  async stat(paths: readonly string[], signal: AbortSignal): Promise<(FileStat | undefined)[]> {
    const entries = await this.#files.stat(paths, signal);
    return entries.map((entry) => (entry === undefined ? undefined : this.#statOf(entry)));
  }

  async list(path: string, signal: AbortSignal): Promise<FileList> {
    const entries = await this.#files.list(path, signal);
    if (entries === undefined) throw fileFailure(await this.#whyNo(path, signal), path);
    return { entries: entries.map((entry) => ({ name: entry.name, stat: this.#statOf(entry) })), truncated: false };
  }

  async read(path: string, signal: AbortSignal): Promise<{ content: Buffer; stat: FileStat }> {
    const content = await this.#files.read(path, longestRead, signal);
    if (content === undefined) throw fileFailure((await this.#files.stat([path], signal))[0] ? 43 : 41, path);
    return { content, stat: this.#statOf({ kind: 'file', size: content.length }) };
  }

  async #whyNo(path: string, signal: AbortSignal): Promise<number> {
    return (await this.#files.stat([path], signal))[0] === undefined ? 41 : 44;
  }

  /** A link is shown as a file that says where it leads: there is nothing to follow it in. */
  #statOf({ kind, size }: RevisionEntry): FileStat {
    const isLink = kind === 'link';
    return { kind: kind === 'link' ? 'file' : kind, isLink, size, modified: this.#modified, isReadonly: true };
  }
}
