import { inside, type InsideCommand } from './inside.ts';
import { isBranchName } from './refName.ts';

/** A branch, tag or checkpoint of a workspace, as the environment tells it. */
export interface WorkspaceRef {
  /**
   * `refs/heads/…`, `refs/tags/…`, `refs/flotilla/checkpoints/<number>`, for something stashed away `refs/flotilla/stash/<commit>`, or for a
   * linked work tree `refs/flotilla/worktrees/<name>/<commit>`.
   */
  readonly ref: string;
  /** For an annotated tag, the tag's own object. */
  readonly commit: string;
}

/** A linked work tree (`git worktree add`) that holds what no branch has, and the stash-shaped commit that it was saved as. */
export interface LinkedWorkTree {
  readonly name: string;
  readonly commit: string;
}

/** A tag whose commit no branch has, and that the workspace was not filled with. */
export interface LocalTag {
  readonly name: string;
  /** A commit, or an annotated tag's object. */
  readonly object: string;
}

/** What a checkpoint told. It comes out of an environment: well-formed, but perhaps not true. */
export interface Checkpoint {
  /** The newest checkpoint; `undefined` when none was made because nothing changed since the one before. */
  readonly commit: string | undefined;
  /** The newest checkpoint, made now or before. */
  readonly newest: { readonly commit: string; readonly number: number } | undefined;
  /** What is checked out; no branch when HEAD is detached. */
  readonly head: { readonly commit: string; readonly branch: string | undefined } | undefined;
  /** Repositories inside the workspace whose files are not saved. */
  readonly nested: readonly string[];
  /** Other things that could not be saved, such as unreadable files. */
  readonly unsaved: readonly string[];
  /** Branches, tags and linked work trees that are not saved, such as `branch <name>`. */
  readonly leftOut: readonly string[];
  /** The history inside is cut off, as after a fetch with `--depth`. */
  readonly shallow: boolean;
  /** How much is stashed away. */
  readonly stashes: number;
  readonly workTrees: readonly LinkedWorkTree[];
  readonly tags: readonly LocalTag[];
  /** To be handed to `WorkStore.receive`. */
  readonly refs: readonly WorkspaceRef[];
}

export interface CheckpointCommand {
  readonly command: InsideCommand;
  /** Reads what the command wrote. Throws when it failed. */
  readonly parse: (result: CheckpointResult) => Checkpoint;
}

interface CheckpointResult {
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

const maxRefs = 500;
const maxNames = 100;
const maxWorkTrees = 20;
const maxTags = 50;

/** Saves a workspace's uncommitted work without touching it (media/tools/checkpoint.sh). */
export function checkpointCommand(
  workspace: string,
  places: { tools: string; state: string } = defaultPlaces,
): CheckpointCommand {
  const state = `${places.state}/${workspace.replace(/[^A-Za-z0-9]+/g, '-')}`;
  return { command: ['sh', `${places.tools}/checkpoint.sh`, workspace, state], parse: parseCheckpoint };
}

const defaultPlaces = { tools: inside.tools, state: inside.checkpoints };

function parseCheckpoint({ exitCode, stdout, stderr }: CheckpointResult): Checkpoint {
  if (exitCode !== 0)
    throw new Error(`The checkpoint ended with ${exitCode ?? 'no exit code'}: ${stderr.slice(-2000)}`);
  const lines = Buffer.from(stdout).toString('utf8').split('\n').slice(0, 2000);
  const values = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const refs = values('ref').slice(0, maxRefs).flatMap(refOf);
  const made = numbered(values('commit')[0]);
  return {
    commit: made?.commit,
    newest: made ?? numbered(values('unchanged')[0]),
    head: headOf(values('head')[0]),
    nested: values('nested').slice(0, maxNames).map(shown),
    unsaved: values('unsaved').slice(0, maxNames).map(shown),
    leftOut: values('left').filter(isMissingFrom(refs)).slice(0, maxNames).map(shown),
    shallow: lines.includes('shallow'),
    stashes: refs.filter(({ ref }) => stashRef.test(ref)).length,
    workTrees: refs.flatMap(workTreeOf).slice(0, maxWorkTrees),
    tags: tagsOf(refs).slice(0, maxTags),
    refs,
  };
}

function numbered(text: string | undefined): Checkpoint['newest'] {
  const [, commit, number] = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9]{1,9})$/.exec(text ?? '') ?? [];
  return commit === undefined ? undefined : { commit, number: Number(number) };
}

function headOf(text: string | undefined): Checkpoint['head'] {
  const [, commit, branch = ''] = /^([0-9a-f]{40}|[0-9a-f]{64}) (.*)$/.exec(text ?? '') ?? [];
  return commit === undefined ? undefined : { commit, branch: isBranchName(branch) ? branch : undefined };
}

function refOf(text: string): WorkspaceRef[] {
  const [, commit, ref] = /^([0-9a-f]{40}|[0-9a-f]{64}) (refs\/.+)$/.exec(text) ?? [];
  return commit !== undefined && ref !== undefined && isWorkspaceRef(ref) ? [{ commit, ref }] : [];
}

/** What looked odd inside, or too much, may have been taken all the same. */
function isMissingFrom(refs: readonly WorkspaceRef[]): (left: string) => boolean {
  const names = new Set(
    refs.map(({ ref }) => ref.replace(/^refs\/heads\//, 'branch ').replace(/^refs\/tags\//, 'tag ')),
  );
  return (left) => !names.has(left);
}

function workTreeOf({ ref }: WorkspaceRef): LinkedWorkTree[] {
  const [, name, commit] = workTreeRef.exec(ref) ?? [];
  return name === undefined || commit === undefined ? [] : [{ name, commit }];
}

const tagsOf = (refs: readonly WorkspaceRef[]): LocalTag[] =>
  refs
    .filter(({ ref }) => isTag(ref))
    .map(({ ref, commit }) => ({ name: ref.slice(tagPrefix.length), object: commit }));

const tagPrefix = 'refs/tags/';
const workTreeRef = /^refs\/flotilla\/worktrees\/([A-Za-z0-9_][A-Za-z0-9_-]{0,59})\/([0-9a-f]{40}|[0-9a-f]{64})$/;
const stashRef = /^refs\/flotilla\/stash\/(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** True for the refs that are brought home, and for no other. */
export const isWorkspaceRef = (ref: string): boolean =>
  /^refs\/flotilla\/checkpoints\/[1-9][0-9]{0,8}$/.test(ref) ||
  stashRef.test(ref) ||
  workTreeRef.test(ref) ||
  isTag(ref) ||
  (ref.startsWith('refs/heads/') && isBranchName(ref.slice('refs/heads/'.length)));

/** True for a tag whose name can be taken home. */
export const isTag = (ref: string): boolean => ref.startsWith(tagPrefix) && isBranchName(ref.slice(tagPrefix.length));

/** A path for people: as git quotes it, bounded. */
const shown = (path: string): string => path.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
