import { FlotillaError } from '../base/errors.ts';
import { type Conflict, conflictsOf, type FoundConflict } from './conflict.ts';
import { runHostGit } from './hostProcess.ts';
import type { MergeAnswer } from './mergeAnswers.ts';
import { attributeFiles, MergeAttributes } from './mergeAttributes.ts';
import { MergeTree } from './mergeTree.ts';
import { ObjectReader } from './objectReader.ts';
import { inReplayFolder, type ReplayFolder } from './replayFolder.ts';
import type { GitCommand } from './runner.ts';
import { TreeReader } from './treeReader.ts';
import { TreeSizes } from './treeSizes.ts';

/** Two commits to merge, and the tree whose attribute files hold meanwhile. */
export interface MergePair {
  readonly ours: string;
  readonly theirs: string;
  readonly attributesOf: string;
}

export interface Merged extends Pick<MergeAnswer, 'clean' | 'tree'> {
  readonly found: readonly FoundConflict[];
}

/** By commit: the paths of its attribute files, where they are no more than projects have. */
const rememberedFiles = new Map<string, readonly string[]>();
const [maxRemembered, maxFiles] = [100, 50];

/** A replay folder with the gits that work in it. What they write is gone with the room. */
export class MergeRoom {
  readonly folder: ReplayFolder;
  readonly trees: TreeReader;
  /** Asked of every tree before a git of the room walks it. */
  readonly sizes: TreeSizes;
  readonly #reader: ObjectReader;
  readonly #merges: MergeTree;
  readonly #signal: AbortSignal;
  #attributes: MergeAttributes | undefined;
  #written = '';
  readonly #names = new Set<string>();

  private constructor(folder: ReplayFolder, signal: AbortSignal) {
    this.folder = folder;
    this.#signal = signal;
    const reader = new ObjectReader(folder.call, signal);
    this.#reader = reader;
    this.sizes = new TreeSizes((tree) => reader.read(tree));
    this.trees = new TreeReader(this.#reader, folder.objects);
    this.#merges = new MergeTree(folder, signal);
  }

  /** `like`: an id of the store. When `work` ends, however it does, nothing of the room is left. */
  static use<T>(
    store: string,
    like: string,
    work: (room: MergeRoom) => Promise<T>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<T> {
    return inReplayFolder(store, like, async (folder) => {
      const end = new AbortController();
      const room = new MergeRoom(folder, AbortSignal.any([signal, end.signal]));
      try {
        return await work(room);
      } finally {
        end.abort();
        await Promise.all([room.#reader.close(), room.#merges.close()]);
      }
    });
  }

  async git<T>({ args, input, answers, maxBytes, parse }: GitCommand<T>): Promise<T> {
    return parse(await runHostGit({ ...this.folder.call, args, input, answers, maxBytes }, this.#signal));
  }

  /**
   * From now on the attribute files of these commits are looked for in every tree that is merged. Those of `often`, which is asked for again
   * and again as a target is, are remembered. Rejects with `limit-reached`.
   */
  async heedAttributes(often: string, once = often): Promise<void> {
    await this.sizes.require(await Promise.all([often, once].map((commit) => this.treeOf(commit))));
    const known = rememberedFiles.get(often) ?? this.git(attributeFiles(often));
    const [files, more] = await Promise.all([known, once === often ? [] : this.git(attributeFiles(once))]);
    if (files.length <= maxFiles) rememberedFiles.set(often, files);
    for (const oldest of [...rememberedFiles.keys()].slice(0, -maxRemembered)) rememberedFiles.delete(oldest);
    this.#attributes = new MergeAttributes([...files, ...more], this.trees, this.#reader);
  }

  /** The tree of a commit. */
  async treeOf(commit: string): Promise<string> {
    const body = await this.#reader.read(commit);
    const [, tree] = /^tree ([0-9a-f]+)\n/.exec(Buffer.isBuffer(body) ? body.toString('latin1', 0, 80) : '') ?? [];
    if (tree === undefined) throw new FlotillaError('git-failed', `The commit ${commit} is missing in the work store.`);
    return tree;
  }

  /** Whoever calls it has asked `sizes` for all the trees that git then goes through. */
  async merge({ ours, theirs, attributesOf }: MergePair): Promise<Merged> {
    const attributes = (await this.#attributes?.of(attributesOf)) ?? '';
    if (attributes !== this.#written) {
      await this.#merges.close();
      await this.folder.writeAttributes(attributes);
      this.#written = attributes;
    }
    const answer = await this.#merges.merge(ours, theirs);
    return { clean: answer.clean, tree: answer.tree, found: conflictsOf(answer, this.#names.add(ours).add(theirs)) };
  }

  /** The conflicts with their hunks counted. */
  conflictsOf(merged: Merged, ours: string): Promise<Conflict[]> {
    return Promise.all(
      merged.found.map(async ({ conflict, treePath }) => ({
        ...conflict,
        hunks: await this.#hunks(merged.tree, treePath, ours),
      })),
    );
  }

  /** The name of our side, a commit's id, stands behind every marker that begins a hunk, and nowhere else. */
  async #hunks(tree: string, path: string, ours: string): Promise<number | undefined> {
    const entry = await this.trees.entryAt(tree, path);
    if (entry?.mode.startsWith('100') !== true) return undefined;
    const body = await this.#reader.read(entry.object);
    if (!Buffer.isBuffer(body)) return undefined;
    const marker = `< ${ours}`;
    let count = 0;
    for (let at = body.indexOf(marker); at >= 0; at = body.indexOf(marker, at + 1)) count += 1;
    return count === 0 ? undefined : count;
  }
}
