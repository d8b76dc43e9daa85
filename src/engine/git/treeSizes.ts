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

/** What git may be given to walk, and what may be read of some hundred trees to find that out. */
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
/** Trees for which the limits of what is read hold together: of a long history there may be any number, which share most of their folders. */
const treesAtOnce = 200;

/** All that a question takes into account. What is in `sizes` was known before, and may be forgotten by now. */
interface Loaded {
  readonly folders: Map<string, Folder | undefined>;
  readonly sizes: Map<string, TreeSize>;
}

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
    const all = [...new Set(trees)];
    for (let at = 0; at < all.length; at += treesAtOnce) await this.#sizes(all.slice(at, at + treesAtOnce));
  }

  /** How much of what is allowed a tree takes, at most 1. What two trees are merged to takes no more than both. Rejects as `require` does. */
  async share(tree: string): Promise<number> {
    const { entries, bytes } = (await this.#sizes([tree])).get(tree) ?? nothing;
    return Math.max(entries / this.#limits.entries, bytes / this.#limits.bytes);
  }

  async #sizes(trees: readonly string[]): Promise<ReadonlyMap<string, TreeSize>> {
    const sizes = new Map<string, TreeSize>();
    const wanted = trees.filter((tree) => !isKnown(tree, sizes));
    for (const size of sizes.values()) this.#requireFine(size);
    this.#left = this.#limits;
    return wanted.length === 0 ? sizes : this.#count(wanted, await this.#load(wanted, sizes));
  }

  /** All folders below the trees that are not known yet, level by level. */
  async #load(trees: readonly string[], sizes: Map<string, TreeSize>): Promise<Loaded> {
    const folders = new Map<string, Folder | undefined>();
    let level = new Set(trees);
    for (let depth = 0; level.size > 0; depth += 1) {
      if (depth > this.#limits.depth) throw this.#tooMuch();
      const next = new Set<string>();
      const look = async (tree: string): Promise<void> => {
        const folder = await this.#folder(tree);
        folders.set(tree, folder);
        for (const id of folder?.below.keys() ?? []) if (!isKnown(id, sizes)) next.add(id);
      };
      const all = [...level];
      for (let at = 0; at < all.length; at += readAtOnce) await Promise.all(all.slice(at, at + readAtOnce).map(look));
      level = new Set([...next].filter((tree) => !folders.has(tree)));
    }
    return { folders, sizes };
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
  #count(trees: readonly string[], loaded: Loaded): ReadonlyMap<string, TreeSize> {
    const { folders, sizes } = loaded;
    const open = [...trees];
    for (let tree = open.at(-1); tree !== undefined; tree = open.at(-1)) {
      const folder = sizes.has(tree) ? undefined : folders.get(tree);
      if (folder !== undefined && openBelow(folder, loaded, open)) continue;
      open.pop();
      if (folder !== undefined) sizes.set(tree, this.#requireFine(total(folder, sizes)));
      else if (!sizes.has(tree)) sizes.set(tree, nothing);
    }
    // What is missing may still come, and then everything above it is more.
    if (![...folders.values()].includes(undefined)) remember(sizes, trees);
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

/** Opens what is to be counted before a folder can be. Answers whether there was anything. */
function openBelow({ below }: Folder, { folders, sizes }: Loaded, open: string[]): boolean {
  const before = open.length;
  for (const id of below.keys()) if (!sizes.has(id) && folders.has(id)) open.push(id);
  return open.length > before;
}

function total({ entries, bytes, below }: Folder, sizes: ReadonlyMap<string, TreeSize>): TreeSize {
  const sum = { entries, bytes, depth: 0 };
  for (const [tree, { count, bytes: names }] of below) {
    const size = sizes.get(tree) ?? nothing;
    sum.entries += count * size.entries;
    sum.bytes += count * size.bytes + names * size.entries;
    sum.depth = Math.max(sum.depth, size.depth + 1);
  }
  return sum;
}

/** Notes what is known of a tree, so that it stays so for a whole question. */
function isKnown(tree: string, sizes: Map<string, TreeSize>): boolean {
  const size = known.get(tree);
  if (size !== undefined) sizes.set(tree, size);
  return size !== undefined;
}

/** Of more folders than can be remembered, the trees that were asked for. */
function remember(sizes: ReadonlyMap<string, TreeSize>, asked: readonly string[]): void {
  const kept = sizes.size <= mostKnown ? [...sizes.keys()] : asked;
  if (known.size + kept.length > mostKnown) known.clear();
  for (const tree of kept) known.set(tree, sizes.get(tree) ?? nothing);
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
