import { FlotillaError } from '../base/errors.ts';
import type { ObjectBody } from './objectReader.ts';

/** What a tree holds with everything below it, as if it were walked. */
interface TreeSize {
  /** Files and folders. */
  readonly entries: number;
  /** Bytes of all their paths. */
  readonly bytes: number;
  /** Folders that stand in one another. */
  readonly depth: number;
}

/** What git may be given to walk, and what may be read for one question to find that out. */
export interface WalkLimits extends TreeSize {
  /** Folders that are looked into, counted once for each folder that names them. */
  readonly folders: number;
  /** Bytes of trees that are read. */
  readonly read: number;
}

/** More than any real project has. The depth is that of newer gits themselves (`core.maxTreeDepth`). */
export const walkLimits: WalkLimits = {
  entries: 2_000_000,
  bytes: 512 * 1024 * 1024,
  depth: 2048,
  folders: 500_000,
  read: 1024 ** 3,
};

type Read = (tree: string) => Promise<ObjectBody>;

/** A folder within a tree: how often it stands there, and the bytes of its names. */
interface Below {
  count: number;
  bytes: number;
}

interface Folder {
  entries: number;
  bytes: number;
  readonly below: Map<string, Below>;
}

/** Sizes of trees that were found to be fine; what an id stands for never changes. */
const known = new Map<string, TreeSize>();
const mostKnown = 100_000;
const readAtOnce = 1000;

/**
 * Counts what trees hold without walking them: each tree is read once, however often it is named. So trees of a few kilobytes that stand for
 * billions of files are found out at no cost, and a commit costs no more than the folders that are new in it.
 */
export class TreeSizes {
  readonly #read: Read;
  readonly #limits: WalkLimits;
  #left: Pick<WalkLimits, 'folders' | 'read'>;

  /** `read` gives the bytes of a tree by its id. */
  constructor(read: Read, limits: WalkLimits = walkLimits) {
    this.#read = read;
    this.#limits = limits;
    this.#left = limits;
  }

  /** Rejects with `limit-reached` when a tree is more than git is to walk. One that is missing is left to git. */
  async require(trees: Iterable<string>): Promise<void> {
    await this.#sizes(trees);
  }

  /** How much of what is allowed a tree takes, at most 1. What two trees are merged to takes no more than both. Rejects as `require` does. */
  async share(tree: string): Promise<number> {
    const sizes = await this.#sizes([tree]);
    const { entries, bytes } = sizes.get(tree) ?? known.get(tree) ?? nothing;
    return Math.max(entries / this.#limits.entries, bytes / this.#limits.bytes);
  }

  async #sizes(trees: Iterable<string>): Promise<ReadonlyMap<string, TreeSize>> {
    const wanted = [...new Set(trees)].filter((tree) => !this.#isKnown(tree));
    this.#left = this.#limits;
    return wanted.length === 0 ? new Map() : this.#count(wanted, await this.#load(wanted));
  }

  #isKnown(tree: string): boolean {
    const size = known.get(tree);
    if (size !== undefined) this.#requireFine(size);
    return size !== undefined;
  }

  /** All folders below the trees that are not known yet, level by level. */
  async #load(trees: readonly string[]): Promise<Map<string, Folder | undefined>> {
    const folders = new Map<string, Folder | undefined>();
    let level = new Set(trees);
    for (let depth = 0; level.size > 0; depth += 1) {
      if (depth > this.#limits.depth) throw this.#tooMuch();
      const next = new Set<string>();
      const look = async (tree: string): Promise<void> => {
        const folder = await this.#folder(tree);
        folders.set(tree, folder);
        for (const id of folder?.below.keys() ?? []) if (!known.has(id)) next.add(id);
      };
      const all = [...level];
      for (let at = 0; at < all.length; at += readAtOnce) await Promise.all(all.slice(at, at + readAtOnce).map(look));
      level = new Set([...next].filter((tree) => !folders.has(tree)));
    }
    return folders;
  }

  async #folder(tree: string): Promise<Folder | undefined> {
    const body = await this.#read(tree);
    if (body === undefined) return undefined;
    if (body === 'too-long') throw this.#tooMuch();
    const folder = parseFolder(body, idBytesOf(tree));
    this.#left = { folders: this.#left.folders - folder.below.size, read: this.#left.read - body.length };
    if (this.#left.folders < 0 || this.#left.read < 0) throw this.#tooMuch();
    return folder;
  }

  /** From the deepest upwards, without recursion: a session decides how deep they go. */
  #count(trees: readonly string[], folders: ReadonlyMap<string, Folder | undefined>): ReadonlyMap<string, TreeSize> {
    const sizes = new Map<string, TreeSize>();
    const sizeOf = (tree: string): TreeSize | undefined => sizes.get(tree) ?? known.get(tree);
    const open = [...trees];
    for (let tree = open.at(-1); tree !== undefined; tree = open.at(-1)) {
      const folder = sizes.has(tree) ? undefined : folders.get(tree);
      const missing = [...(folder?.below.keys() ?? [])].filter((id) => sizeOf(id) === undefined && folders.has(id));
      if (missing.length > 0) {
        open.push(...missing);
        continue;
      }
      open.pop();
      if (folder !== undefined) sizes.set(tree, this.#requireFine(total(folder, sizeOf)));
      else if (!sizes.has(tree)) sizes.set(tree, nothing);
    }
    // What is missing may still come, and then everything above it is more.
    if (![...folders.values()].includes(undefined)) remember(sizes);
    return sizes;
  }

  #requireFine(size: TreeSize): TreeSize {
    const { entries, bytes, depth } = this.#limits;
    if (size.entries > entries || size.bytes > bytes || size.depth > depth) throw this.#tooMuch();
    return size;
  }

  #tooMuch(): FlotillaError {
    return new FlotillaError(
      'limit-reached',
      `A commit has more than ${this.#limits.entries} files and folders, or folders too deep in one another, and is not compared. Its objects are safe; take such a tree out of the branch's history.`,
    );
  }
}

const nothing: TreeSize = { entries: 0, bytes: 0, depth: 0 };

function total({ entries, bytes, below }: Folder, sizeOf: (tree: string) => TreeSize | undefined): TreeSize {
  const sum = { entries, bytes, depth: 0 };
  for (const [tree, { count, bytes: names }] of below) {
    const size = sizeOf(tree) ?? nothing;
    sum.entries += count * size.entries;
    sum.bytes += count * size.bytes + names * size.entries;
    sum.depth = Math.max(sum.depth, size.depth + 1);
  }
  return sum;
}

function remember(sizes: ReadonlyMap<string, TreeSize>): void {
  if (known.size + sizes.size > mostKnown) known.clear();
  if (sizes.size <= mostKnown) for (const [tree, size] of sizes) known.set(tree, size);
}

/** `<id>` or `<id>^{tree}`. */
const idBytesOf = (tree: string): number => (tree.search(/\^|$/) === 64 ? 32 : 20);

const [space, folderBits, typeBits] = [0x20, 0o040000, 0o170000];

/** What is no tree ends where it stops looking like one: git will say so itself. */
function parseFolder(body: Buffer, idBytes: number): Folder {
  const folder: Folder = { entries: 0, bytes: 0, below: new Map() };
  for (let at = 0; at < body.length;) {
    const end = body.indexOf(0, at);
    const next = end + 1 + idBytes;
    if (end < 0 || next > body.length) break;
    let mode = 0;
    for (; at < end && body[at] !== space; at += 1) mode = mode * 8 + (body[at] ?? 0) - 0x30;
    folder.entries += 1;
    folder.bytes += end - at;
    if ((mode & typeBits) === folderBits) addBelow(folder.below, body.toString('hex', end + 1, next), end - at);
    at = next;
  }
  return folder;
}

/** `bytes`: those of the name, and the slash behind it. */
function addBelow(below: Map<string, Below>, tree: string, bytes: number): void {
  const before = below.get(tree);
  if (before === undefined) below.set(tree, { count: 1, bytes });
  else {
    before.count += 1;
    before.bytes += bytes;
  }
}
