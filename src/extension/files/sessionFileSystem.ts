import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import { EngineError } from '../../client/engineError.ts';
import { type FileStat, longestPart, longestWrite } from '../../protocol/fileOperations.ts';
import { fileSystemError } from './fileSystemError.ts';
import { fileUri, requirePlace } from './fileUri.ts';
import { type FileChange, FileWatches } from './fileWatches.ts';
import { partsOf, type Place, placeOf } from './place.ts';
import { StatBatch } from './statBatch.ts';

export interface FileSystemParts {
  readonly client: () => Promise<EngineClient>;
  /** False while nothing in the session can change. */
  readonly isLive: (session: string) => boolean;
  /** Milliseconds between two looks at what is watched. */
  readonly everyMs: () => number;
  /** Hears of what went wrong: VS Code shows only a part of it. */
  readonly failed: (message: string) => void;
}

/** Milliseconds between two looks at what is watched, when a session tells of one thing after the other. */
const lookGapMs = 1000;

/**
 * Milliseconds after a save in which the first question about the file is answered with what was saved. VS Code asks right after it has written
 * and takes the answer for the state that it shows: would it hear of what somebody else wrote in that moment, it would never show that.
 */
const savedMs = 2000;

const changeTypes = {
  created: vscode.FileChangeType.Created,
  changed: vscode.FileChangeType.Changed,
  deleted: vscode.FileChangeType.Deleted,
} as const satisfies Record<FileChange['kind'], vscode.FileChangeType>;

/** The files of sessions' workspaces as a file system of VS Code, through the engine. */
export class SessionFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #client: () => Promise<EngineClient>;
  readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #watches: FileWatches;
  readonly #stats: StatBatch;
  readonly #saved = new Map<string, FileStat>();
  readonly #failed: (message: string) => void;
  readonly onDidChangeFile = this.#changes.event;

  constructor({ client, isLive, everyMs, failed }: FileSystemParts) {
    this.#failed = failed;
    this.#client = client;
    const stat = async (tree: string, paths: readonly string[]): Promise<(FileStat | undefined)[]> => {
      const { stats } = await (await client()).call('file.stat', { ...ownerOf(tree), paths: [...paths] });
      return stats.map((found) => found ?? undefined);
    };
    this.#stats = new StatBatch(stat);
    const changed = (changes: readonly FileChange[]): void => {
      this.#fire(changes);
    };
    const isTreeLive = (tree: string): boolean => isLive(ownerOf(tree).session);
    this.#watches = new FileWatches({ stat, isLive: isTreeLive, everyMs, gapMs: lookGapMs, changed });
  }

  /** Something may have changed in a session. */
  hint(session: string): void {
    this.#watches.hint(session);
    this.#watches.hint(treeOf({ session, path: '', root: 'landing' }));
  }

  watch(uri: vscode.Uri, { recursive }: { readonly recursive: boolean }): vscode.Disposable {
    return vscode.Disposable.from(this.#watches.watch(inTree(requirePlace(uri)), recursive));
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const place = requirePlace(uri);
    const saved = this.#takeSaved(uri);
    if (saved !== undefined) return statOf(saved);
    const stat = await this.#do(uri, () => this.#stats.stat(treeOf(place), place.path));
    this.#watches.saw(inTree(place), stat);
    if (stat === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return statOf(stat);
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const place = requirePlace(uri);
    const { entries } = await this.#do(uri, async () => (await this.#client()).call('file.list', { ...place }));
    return entries.map(({ name, stat }) => [name, typeOf(stat)]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const place = requirePlace(uri);
    const { content, stat } = await this.#do(uri, async () => (await this.#client()).call('file.read', { ...place }));
    this.#watches.saw(inTree(place), stat);
    return Buffer.from(content, 'base64');
  }

  async writeFile(
    uri: vscode.Uri,
    content: Uint8Array,
    // VS Code hands over more than its interface says.
    { create, overwrite }: { readonly create: boolean; readonly overwrite: boolean },
  ): Promise<void> {
    const place = requirePlace(uri);
    const stat = await this.#do(uri, () => this.#write(place, content, { create, overwrite }));
    this.#watches.did(inTree(place), stat);
    if (stat !== undefined) this.#keepSaved(uri, stat);
    this.#fire([{ ...inTree(place), kind: 'changed' }]);
  }

  async createDirectory(uri: vscode.Uri): Promise<void> {
    const place = requirePlace(uri);
    await this.#do(uri, async () => (await this.#client()).call('file.makeFolder', { ...place }));
    this.#fire([{ ...inTree(place), kind: 'created' }]);
  }

  async delete(uri: vscode.Uri, { recursive }: { readonly recursive: boolean }): Promise<void> {
    const place = requirePlace(uri);
    await this.#do(uri, async () => (await this.#client()).call('file.delete', { ...place, recursive }));
    this.#watches.did(inTree(place), undefined);
    this.#fire([{ ...inTree(place), kind: 'deleted' }]);
  }

  async rename(oldUri: vscode.Uri, newUri: vscode.Uri, { overwrite }: { readonly overwrite: boolean }): Promise<void> {
    const [from, to] = [requirePlace(oldUri), requirePlace(newUri)];
    await this.#do(newUri, async () => {
      if (treeOf(from) !== treeOf(to))
        throw EngineError.of('not-supported', 'Files are not moved from one session to another: copy them.');
      const { session, root } = from;
      const client = await this.#client();
      return client.call('file.rename', { session, root, from: from.path, to: to.path, overwrite });
    });
    this.#watches.did(inTree(from), undefined);
    this.#fire([
      { ...inTree(from), kind: 'deleted' },
      { ...inTree(to), kind: 'created' },
    ]);
  }

  dispose(): void {
    this.#watches.dispose();
    this.#changes.dispose();
  }

  /** A long file goes in parts, and changes with the last of them. */
  async #write(
    place: Place,
    content: Uint8Array,
    options: { readonly create: boolean; readonly overwrite: boolean },
  ): Promise<FileStat | undefined> {
    const client = await this.#client();
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    if (bytes.length > longestWrite)
      throw EngineError.of('file-too-long', `At most ${longestWrite / 1024 ** 2} MiB can be saved in a session.`);
    const upload = randomBytes(8).toString('hex');
    let stat: FileStat | null = null;
    for (let offset = 0; offset === 0 || offset < bytes.length; offset += longestPart) {
      const part = { upload, offset, isLast: offset + longestPart >= bytes.length };
      const text = bytes.subarray(offset, offset + longestPart).toString('base64');
      ({ stat } = await client.call('file.write', { ...place, ...options, content: text, part }));
    }
    return stat ?? undefined;
  }

  #keepSaved(uri: vscode.Uri, stat: FileStat): void {
    const key = uri.toString();
    this.#saved.set(key, stat);
    setTimeout(() => {
      if (this.#saved.get(key) === stat) this.#saved.delete(key);
    }, savedMs).unref();
  }

  #takeSaved(uri: vscode.Uri): FileStat | undefined {
    const key = uri.toString();
    const stat = this.#saved.get(key);
    this.#saved.delete(key);
    return stat;
  }

  #fire(changes: readonly FileChange[]): void {
    this.#changes.fire(changes.map(({ kind, ...place }) => ({ type: changeTypes[kind], uri: fileUri(place) })));
  }

  async #do<T>(uri: vscode.Uri, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!EngineError.is(error, 'file-missing'))
        this.#failed(`${uri.toString()}: ${error instanceof Error ? error.message : String(error)}`);
      throw fileSystemError(error, uri);
    }
  }
}

/** The tree of files that a place is in: a session's own, or that of its landing. */
const treeOf = (place: Place): string => partsOf(place).authority;

/** A place as those know it that tell trees apart and nothing else. */
const inTree = (place: Place): Place => ({ session: treeOf(place), path: place.path });

function ownerOf(tree: string): Pick<Place, 'session' | 'root'> {
  const { session, root } = placeOf({ authority: tree, path: '/', query: '' }) ?? { session: tree };
  return { session, root };
}

const types = {
  file: vscode.FileType.File,
  folder: vscode.FileType.Directory,
  other: vscode.FileType.Unknown,
} as const satisfies Record<FileStat['kind'], vscode.FileType>;

/** VS Code adds the flag of a link to what the link leads to. */
const linkTypes: Readonly<Record<FileStat['kind'], vscode.FileType>> = {
  file: vscode.FileType.File | vscode.FileType.SymbolicLink,
  folder: vscode.FileType.Directory | vscode.FileType.SymbolicLink,
  other: vscode.FileType.SymbolicLink,
};

const typeOf = ({ kind, isLink }: FileStat): vscode.FileType => (isLink ? linkTypes[kind] : types[kind]);

const statOf = (stat: FileStat): vscode.FileStat => ({
  type: typeOf(stat),
  ctime: 0,
  mtime: stat.modified,
  size: stat.size,
  ...(stat.isReadonly ? { permissions: vscode.FilePermission.Readonly } : {}),
});
