import { mergeLines } from './mergeLines.ts';
import type { ObjectReader } from './objectReader.ts';
import type { GitCommand } from './runner.ts';
import type { TreeReader } from './treeReader.ts';
import { walkLimits } from './treeSizes.ts';

const fileName = '.gitattributes';
const slash = 0x2f;
/** Bytes of one attribute file, how many of them are heeded, and bytes of a path: with a longer one no file can be checked out. */
const [maxBytes, maxFiles, maxPath] = [1024 * 1024, 1000, 4096];

/** The highest attribute files of a tree, from the top downwards; their paths in bytes, one in each character. */
export const attributeFiles = (tree: string): GitCommand<string[]> => ({
  args: ['ls-tree', '-r', '-z', '--name-only', '--full-tree', tree],
  silent: true,
  maxBytes: walkLimits.bytes,
  parse: ({ stdout }) => {
    // A session decides how many there are: no more are held than are heeded.
    const byDepth: string[][] = [];
    for (let at = stdout.indexOf(fileName); at >= 0; at = stdout.indexOf(fileName, at + 1)) {
      const start = stdout.lastIndexOf(0, at) + 1;
      const isWhole = start === at || stdout[at - 1] === slash;
      if (!isWhole || at - start > maxPath || stdout[at + fileName.length] !== 0) continue;
      const same = (byDepth[slashes(stdout.subarray(start, at))] ??= []);
      if (same.length < maxFiles) same.push(stdout.toString('latin1', start, at) + fileName);
    }
    return byDepth.flat().slice(0, maxFiles);
  },
});

function slashes(path: Buffer): number {
  let count = 0;
  for (const byte of path) if (byte === slash) count += 1;
  return count;
}

/** What the attribute files of a tree say about merges. A file deeper down has the last word, as with git. */
export class MergeAttributes {
  readonly #files: readonly string[];
  readonly #trees: TreeReader;
  readonly #reader: ObjectReader;
  readonly #lines = new Map<string, Promise<string[]>>();

  /** `files`: those that may be in a tree. */
  constructor(files: readonly string[], trees: TreeReader, reader: ObjectReader) {
    const depth = (file: string): number => file.split('/').length;
    this.#files = [...new Set(files)].sort((a, b) => depth(a) - depth(b)).slice(0, maxFiles);
    this.#trees = trees;
    this.#reader = reader;
  }

  /** The text of an attributes file for merges of this tree. */
  async of(tree: string): Promise<string> {
    const lines = await Promise.all(this.#files.map((file) => this.#linesOf(tree, file)));
    return lines.flat().join('\n');
  }

  async #linesOf(tree: string, file: string): Promise<string[]> {
    const entry = await this.#trees.entryAt(tree, file);
    if (entry?.mode.startsWith('100') !== true) return [];
    const key = `${entry.object} ${file}`;
    const known = this.#lines.get(key) ?? this.#read(entry.object, file.slice(0, -fileName.length - 1));
    this.#lines.set(key, known);
    return known;
  }

  async #read(object: string, folder: string): Promise<string[]> {
    const body = await this.#reader.read(object);
    return Buffer.isBuffer(body) && body.length <= maxBytes ? mergeLines(body.toString('latin1'), folder) : [];
  }
}
