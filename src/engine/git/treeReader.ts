import { FlotillaError } from '../base/errors.ts';
import type { LooseObjects } from './looseObjects.ts';
import type { Stage } from './mergeAnswers.ts';
import type { ObjectReader } from './objectReader.ts';

/** Paths to what stands there from now on; `undefined` takes it away. */
export type TreeEdits = ReadonlyMap<string, Stage | undefined>;

type Entries = Map<string, Stage>;

const folderMode = '40000';

/** Looks into trees and makes changed ones, without an index. Paths are bytes, one in each character. */
export class TreeReader {
  readonly #reader: ObjectReader;
  readonly #objects: LooseObjects;

  constructor(reader: ObjectReader, objects: LooseObjects) {
    this.#reader = reader;
    this.#objects = objects;
  }

  /** What a path of a tree is; `undefined` when there is nothing. */
  async entryAt(tree: string, path: string): Promise<Stage | undefined> {
    let found: Stage | undefined = { mode: folderMode, object: tree };
    for (const name of path.split('/')) {
      if (found?.mode !== folderMode) return undefined;
      found = (await this.#entries(found.object)).get(name);
    }
    return found;
  }

  /** The id of the tree with these changes; folders that become empty go. */
  async edit(tree: string, edits: TreeEdits): Promise<string> {
    return (await this.#edit(tree, edits)) ?? this.#write(new Map());
  }

  async #edit(tree: string | undefined, edits: TreeEdits): Promise<string | undefined> {
    const entries = tree === undefined ? new Map<string, Stage>() : await this.#entries(tree);
    for (const [name, stage] of ownEdits(edits)) put(entries, name, stage);
    for (const [name, below] of foldersOf(edits)) {
      const known = entries.get(name);
      const object = await this.#edit(isFolder(known) ? known.object : undefined, below);
      if (object !== undefined || isFolder(known))
        put(entries, name, object === undefined ? undefined : { mode: folderMode, object });
    }
    return entries.size === 0 ? undefined : this.#write(entries);
  }

  async #entries(tree: string): Promise<Entries> {
    const body = await this.#reader.read(tree);
    if (body === undefined) throw new FlotillaError('git-failed', `The tree ${tree} is missing in the work store.`);
    if (body === 'too-long')
      throw new FlotillaError('limit-reached', 'A folder has too many files to plan with: split it up.');
    return parseTree(body, tree.length / 2);
  }

  #write(entries: Entries): string {
    // Git sorts a folder as if its name ended in a slash.
    const key = ([name, { mode }]: [string, Stage]): string => (mode === folderMode ? `${name}/` : name);
    const sorted = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const parts = sorted.flatMap(([name, { mode, object }]) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(object, 'hex'),
    ]);
    return this.#objects.write('tree', Buffer.concat(parts));
  }
}

const isFolder = (entry: Stage | undefined): entry is Stage => entry?.mode === folderMode;

function put(entries: Entries, name: string, stage: Stage | undefined): void {
  if (stage === undefined) entries.delete(name);
  else entries.set(name, stage);
}

const ownEdits = (edits: TreeEdits): [string, Stage | undefined][] =>
  [...edits].filter(([path]) => !path.includes('/'));

function foldersOf(edits: TreeEdits): Map<string, Map<string, Stage | undefined>> {
  const folders = new Map<string, Map<string, Stage | undefined>>();
  for (const [path, stage] of edits) {
    const slash = path.indexOf('/');
    if (slash < 0) continue;
    const name = path.slice(0, slash);
    const below = folders.get(name) ?? new Map<string, Stage | undefined>();
    folders.set(name, below.set(path.slice(slash + 1), stage));
  }
  return folders;
}

function parseTree(body: Buffer, idBytes: number): Entries {
  const entries: Entries = new Map();
  for (let at = 0; at < body.length;) {
    const [space, end] = [body.indexOf(' ', at), body.indexOf(0, at)];
    const next = end + 1 + idBytes;
    if (space < 0 || end < space || next > body.length) throw new FlotillaError('git-failed', 'A tree is damaged.');
    const [mode, name] = [body.toString('latin1', at, space), body.toString('latin1', space + 1, end)];
    entries.set(name, { mode: mode.replace(/^0+/, ''), object: body.toString('hex', end + 1, next) });
    at = next;
  }
  return entries;
}
