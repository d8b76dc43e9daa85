import { type ChainCommit, chainTrees, commitChain } from './commitChain.ts';
import type { Conflict } from './conflict.ts';
import type { Stage } from './mergeAnswers.ts';
import { mergeBases } from './mergeBases.ts';
import { type Merged, MergeRoom } from './mergeRoom.ts';
import { standIns } from './standIns.ts';

export interface Replaying {
  /** A bare repository that has both commits. */
  readonly store: string;
  readonly onto: string;
  readonly head: string;
  /** An ancestor of the head: all commits since then are replayed, also those that the target seems to hold. */
  readonly since?: string | undefined;
}

/**
 * What becomes of a commit. `empty`: nothing of it is left, it is dropped. `there`: the target has the same change, it is dropped.
 * `merge`: left out, as a plain `git rebase` does. A commit that was empty from the beginning is `clean`.
 */
export type ReplayOutcome = 'clean' | 'conflict' | 'empty' | 'there' | 'merge';

export interface ReplayedCommit {
  readonly id: string;
  readonly subject: string;
  readonly author: string;
  /** The author's date, ISO 8601. */
  readonly at: string;
  readonly outcome: ReplayOutcome;
  /** Of a merge: it has changes that merging its parents does not give, and that would be lost. */
  readonly carries?: boolean | undefined;
  readonly conflicts: Conflict[];
}

export interface Replay {
  /** The newest commit that both have; `undefined` when their histories are unrelated. */
  readonly base: string | undefined;
  /** The target can simply move to the head: nothing is replayed, and merges stay. */
  readonly fastForward: boolean;
  /** The target has all of it already. */
  readonly upToDate: boolean;
  /** Oldest first. */
  readonly commits: ReplayedCommit[];
  /** The tree that the rebase ends with. It need not be in the store. `undefined` when there are conflicts. */
  readonly tree: string | undefined;
}

const emptyTrees: Readonly<Record<number, string>> = {
  40: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  64: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

/** Merges of more parents are taken for ones that carry changes, without a look. */
const maxParents = 16;

/**
 * What a rebase of `head` onto a commit would meet, commit for commit and file for file, without touching a ref or leaving an object. After a
 * conflict it goes on as if every conflicted path had been resolved to the commit's own version. Rejects with `limit-reached`, `git-too-old`,
 * `cancelled`.
 */
export const replay = ({ store, onto, head, since }: Replaying, signal?: AbortSignal): Promise<Replay> =>
  MergeRoom.use(store, onto, (room) => replayIn(room, { onto, head, since }), signal);

async function replayIn(room: MergeRoom, { onto, head, since }: Omit<Replaying, 'store'>): Promise<Replay> {
  // Git goes through the trees of the chain, and through those that have the attributes, only once they were counted.
  const counted = requireWalkableChain(room, since ?? onto, head);
  const [[base], tree, headTree, chain] = await Promise.all([
    room.git(mergeBases([onto, head])),
    room.treeOf(onto),
    room.treeOf(head),
    counted.then(() => room.git(commitChain(since ?? onto, head))),
    counted.then(() => room.heedAttributes(onto, head)),
  ]);
  const found = {
    base,
    fastForward: since === undefined && base === onto,
    upToDate: since === undefined && base === head,
  };
  if (found.fastForward) return { ...found, commits: chain.map(asItIs), tree: headTree };
  const picking = new Picking(room, { chain, tree });
  const commits: ReplayedCommit[] = [];
  for (const commit of chain) commits.push(await picking.pick(commit));
  const clean = commits.every(({ outcome }) => outcome !== 'conflict');
  return { ...found, commits, tree: clean ? picking.tree : undefined };
}

/** Ends between which all trees were found to be fine: a plan often comes after a forecast of the same. */
const walkable = new Set<string>();
const mostWalkable = 2000;

async function requireWalkableChain(room: MergeRoom, onto: string, head: string): Promise<void> {
  const ends = `${onto}...${head}`;
  if (walkable.has(ends)) return;
  await room.sizes.require(await room.git(chainTrees(onto, head)));
  if (walkable.size >= mostWalkable) walkable.clear();
  walkable.add(ends);
}

const asItIs = (commit: ChainCommit): ReplayedCommit =>
  commit.parents.length > 1 ? told(commit, 'merge', { carries: false }) : told(commit, 'clean');

function told(
  { id, subject, author, at }: ChainCommit,
  outcome: ReplayOutcome,
  more: Partial<Pick<ReplayedCommit, 'carries' | 'conflicts'>> = {},
): ReplayedCommit {
  return { id, subject, author, at, outcome, conflicts: [], ...more };
}

/** Takes commits one after the other onto a tree, as a rebase does. */
class Picking {
  readonly #room: MergeRoom;
  readonly #trees: ReadonlyMap<string, string>;
  /** All that was picked so far. */
  tree: string;
  /** How much of what git may walk `tree` takes, or more. */
  #share = 0;

  constructor(room: MergeRoom, start: { readonly chain: readonly ChainCommit[]; readonly tree: string }) {
    this.#room = room;
    this.#trees = new Map(start.chain.map(({ id, tree }) => [id, tree]));
    this.tree = start.tree;
  }

  async pick(commit: ChainCommit): Promise<ReplayedCommit> {
    if (commit.parents.length > 1) return told(commit, 'merge', { carries: await this.#carries(commit) });
    const base = await this.#treeBefore(commit);
    if (base === commit.tree) return told(commit, 'clean');
    if (commit.there) return told(commit, 'there');
    if (base === this.tree) return this.#moved(commit, commit.tree);
    return this.#merge(commit, base);
  }

  async #merge(commit: ChainCommit, base: string): Promise<ReplayedCommit> {
    await this.#requireWalkable(commit.tree);
    const { objects } = this.#room.folder;
    // Nothing of the real history: its dates are the session's, and could make the search for a merge base long.
    const root = objects.writeCommit(base, [], 'base');
    const ours = objects.writeCommit(this.tree, [root], 'ours');
    const theirs = objects.writeCommit(commit.tree, [root], 'theirs');
    const merged = await this.#room.merge({ ours, theirs, attributesOf: this.tree });
    if (merged.clean) return this.#moved(commit, merged.tree);
    const conflicts = await this.#room.conflictsOf(merged, ours);
    this.tree = await this.#room.trees.edit(merged.tree, ownVersions(merged));
    return told(commit, 'conflict', { conflicts });
  }

  /** A chain of trees that are just allowed each could add up to one that is not. */
  async #requireWalkable(tree: string): Promise<void> {
    const { sizes } = this.#room;
    if (this.#share === 0 || this.#share > 1) this.#share = await sizes.share(this.tree);
    this.#share += await sizes.share(tree);
  }

  #moved(commit: ChainCommit, tree: string): ReplayedCommit {
    const outcome = tree === this.tree ? 'empty' : 'clean';
    this.tree = tree;
    return told(commit, outcome);
  }

  #treeBefore({ parents: [parent], tree }: ChainCommit): Promise<string> | string {
    if (parent !== undefined) return this.#trees.get(parent) ?? this.#room.treeOf(parent);
    return emptyTrees[tree.length] ?? '';
  }

  async #carries({ tree, parents }: ChainCommit): Promise<boolean> {
    if (parents.length > maxParents) return true;
    let [ours = ''] = parents;
    let result = '';
    for (const theirs of parents.slice(1)) {
      const pair = await standIns(this.#room, ours, theirs);
      const merged = await this.#room.merge({ ...pair, attributesOf: this.tree });
      if (!merged.clean) return true;
      result = merged.tree;
      ours = this.#room.folder.objects.writeCommit(result, [ours, theirs], 'merge');
    }
    return result !== tree;
  }
}

/** What the conflicted paths are in the commit that is picked. */
const ownVersions = ({ found }: Merged): Map<string, Stage | undefined> =>
  new Map(
    found
      .filter(({ conflict: { stages } }) => Object.keys(stages).length > 0)
      .map(({ treePath, conflict }) => [treePath, conflict.stages.theirs]),
  );
