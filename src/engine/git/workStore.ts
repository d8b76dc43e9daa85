import path from 'node:path';
import type { ChangedFile, Commit } from '../../protocol/operations.ts';
import { FlotillaError } from '../base/errors.ts';
import type { LocalTag } from './checkpoint.ts';
import { commitsBetween, countBetween } from './commits.ts';
import { changedFiles, patchBetween } from './diff.ts';
import { checkpointHeads, type CheckpointRef, checkpointRefs } from './checkpointRefs.ts';
import { explainGitError } from './explainGitError.ts';
import { hostRunner } from './hostGit.ts';
import { boundedMemory } from './boundedMemory.ts';
import { runHostGit } from './hostProcess.ts';
import { type Arrival, receiveWork, type Received } from './receive.ts';
import { type Push, pushWork, type Pushed } from './push.ts';
import { pushNotices } from './pushNotices.ts';
import { type Revert, revertWork } from './revert.ts';
import { type Squash, squashWork } from './squash.ts';
import { pushToTarget, type TargetPush } from './targetPush.ts';
import { type PushUndo, type PushUndone, undoPush } from './undoPush.ts';
import { type Replay, replay } from './replay.ts';
import { RevisionFiles } from './revisionFiles.ts';
import { tipsConflict } from './tipsConflict.ts';
import { requireWalkable } from './walkable.ts';
import { workTreeOf } from './workTree.ts';
import type { Connect } from './incoming.ts';
import { sendMirror } from './sendMirror.ts';
import { prepareWorkStore } from './workStoreSetup.ts';

export interface DiffOptions {
  /** Include the patch text. Default true. */
  readonly patch?: boolean | undefined;
  /** Bytes of the patch that are kept. Default 8 MiB. */
  readonly maxBytes?: number | undefined;
}

export interface Diff {
  readonly files: ChangedFile[];
  readonly patch: string | undefined;
  /** The patch was longer and was cut. */
  readonly truncated: boolean;
}

/** What of a session would be lost with its refs. */
export interface Unpushed {
  /** Commits that are in neither the base nor what was pushed. */
  readonly commits: number;
  /** The newest checkpoint holds changes that no commit has. */
  readonly uncommitted: boolean;
}

const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const sessionId = /^[a-z0-9]{1,64}$/;

/**
 * The bare repository of one source's sessions: `refs/flotilla/<session>/heads/*`, `…/checkpoints/*`, `…/stash/*`, `…/worktrees/<name>/*`,
 * `…/tags/<object>/*`, and under `…/previous/*` every tip that a session moved away from or deleted. It borrows the mirror's objects, so only
 * what a session made travels. Never seen by an environment.
 */
export class WorkStore {
  readonly #folder: string;
  readonly #mirrorObjects: string;

  private constructor(folder: string, mirrorObjects: string) {
    this.#folder = folder;
    this.#mirrorObjects = mirrorObjects;
  }

  /** Nothing is made before it is used. */
  static open(folder: string, mirrorObjects: string): WorkStore {
    return new WorkStore(path.resolve(folder), path.resolve(mirrorObjects));
  }

  /**
   * Brings branches and checkpoints home over git's own protocol, with an upload-pack of the environment at the other end. A branch that
   * was moved by force or deleted loses nothing. Rejects with `limit-reached` when more comes than allowed, `git-failed` when what comes is
   * no sound repository data, `disk-full`, `cancelled`; the store is then as it was.
   */
  receive(session: string, arrival: Arrival): Promise<Received> {
    return this.#do(() => receiveWork(this.#folder, prefixOf(session), arrival));
  }

  /** The newest commit of a session's branch; `undefined` when the branch has not come home. */
  head(session: string, branch: string, signal?: AbortSignal): Promise<string | undefined> {
    const name = `${prefixOf(session)}heads/${branch}^{commit}`;
    return this.#do(() =>
      hostRunner(this.#folder)(
        {
          args: ['rev-parse', '--verify', '--quiet', '--end-of-options', name],
          answers: [1],
          silent: true,
          parse: ({ stdout }) => stdout.toString('utf8').trim() || undefined,
        },
        signal,
      ),
    );
  }

  /** How many commits `head` has that `base` lacks. */
  ahead(base: string, head: string, signal?: AbortSignal): Promise<number> {
    const range = { include: [requireCommit(head)], exclude: [requireCommit(base)] };
    return this.#do(() => hostRunner(this.#folder)(countBetween(range), signal));
  }

  /** Commits that `head` has and `base` lacks, newest first. */
  commits(base: string, head: string, limit = 100, signal?: AbortSignal): Promise<Commit[]> {
    const range = { include: [requireCommit(head)], exclude: [requireCommit(base)] };
    return this.#do(() => hostRunner(this.#folder)(commitsBetween(range, limit), signal));
  }

  /**
   * What a rebase of `head` onto a commit would meet; with `since`, of all commits since that ancestor of the head. Leaves no object and touches no ref. Rejects with `limit-reached`, `git-too-old`,
   * `cancelled`.
   */
  replay(onto: string, head: string, signal?: AbortSignal, since?: string): Promise<Replay> {
    const ends = { store: this.#folder, onto: requireCommit(onto), head: requireCommit(head), since };
    return this.#do(() => replay(ends, signal));
  }

  /** The paths at which two commits don't merge, such as the newest of two sessions; none when they do. Leaves no object. */
  tipsConflict(ours: string, theirs: string, signal?: AbortSignal): Promise<string[]> {
    const tips = { store: this.#folder, ours: requireCommit(ours), theirs: requireCommit(theirs) };
    return this.#do(async () => [...new Set((await tipsConflict(tips, signal)).map(({ path }) => path))]);
  }

  /** What changed from one commit or tree to another. Runs no program that a configuration names. */
  diff(from: string, to: string, options: DiffOptions = {}, signal?: AbortSignal): Promise<Diff> {
    const ends = { from: requireCommit(from), to: requireCommit(to) };
    return this.#do(async () => {
      await requireWalkable(this.#folder, [from, to], signal);
      const files = hostRunner(this.#folder, boundedMemory)(changedFiles(ends), signal);
      if (options.patch === false) return { files: await files, patch: undefined, truncated: false };
      const patch = await patchBetween(this.#folder, { ...ends, maxBytes: options.maxBytes }, signal);
      return { files: await files, ...patch };
    });
  }

  /** The tree of a checkpoint with its untracked files in place, to be compared with `diff`. */
  workTree(checkpoint: string, signal?: AbortSignal): Promise<string> {
    return this.#do(() => workTreeOf(this.#folder, requireCommit(checkpoint), signal));
  }

  /** A session's checkpoints that came home, newest first. */
  checkpoints(session: string, signal?: AbortSignal): Promise<CheckpointRef[]> {
    return this.#do(() => hostRunner(this.#folder)(checkpointRefs(`${prefixOf(session)}checkpoints/`), signal));
  }

  /** The files of a commit or tree. */
  filesAt(revision: string): Promise<RevisionFiles> {
    return this.#do(() => Promise.resolve(new RevisionFiles(this.#folder, requireCommit(revision))));
  }

  /**
   * Pushes an exact commit to the session's branch with the user's own credentials; it never overwrites what somebody else pushed. Rejects
   * with `no-remote`, `push-moved`, `push-denied`, `push-protected`, `push-too-large`, `push-hook-declined`, `push-rejected`,
   * `repository-unreachable` (nothing has arrived), `push-unknown` (pushing again is safe), `cancelled` …
   */
  push(push: Push, signal?: AbortSignal): Promise<Pushed> {
    requireCommit(push.commit);
    return this.#do(() => pushWork(this.#folder, push, signal));
  }

  /** Pushes an exact commit to a target, as a plain fast-forward of `expected`. Rejects with `target-moved`, and as `push` does. */
  pushTarget(push: TargetPush, signal?: AbortSignal): Promise<Pushed> {
    requireCommit(push.commit);
    return this.#do(() => pushToTarget(this.#folder, push, signal));
  }

  /** Puts a session's branch on the remote back to what it was. Rejects with `push-moved` when somebody built on it. */
  undoPush(undo: PushUndo, signal?: AbortSignal): Promise<PushUndone> {
    [undo.pushed, undo.before ?? undo.pushed].forEach(requireCommit);
    return this.#do(() => undoPush(this.#folder, undo, signal));
  }

  /** Makes one commit of everything between a target and the work that stands on it. Rejects with `target-moved` when it does not. */
  squash(squash: Squash, signal?: AbortSignal): Promise<string> {
    [squash.onto, squash.head].forEach(requireCommit);
    return this.#do(() => squashWork(this.#folder, squash, signal));
  }

  /** Makes a commit that takes a landing back, to be pushed to the target. Rejects with `undo-conflicts` or `undo-refused`. */
  revert(revert: Revert, signal?: AbortSignal): Promise<string> {
    [revert.before, revert.landed, revert.tip].forEach(requireCommit);
    return this.#do(() => revertWork(this.#folder, revert, signal));
  }

  /** What a push does not bring along of what changed between two commits, a sentence each: LFS content, commits of submodules. */
  pushNotices(from: string, to: string, signal?: AbortSignal): Promise<string[]> {
    const change = { from: requireCommit(from), to: requireCommit(to) };
    return this.#do(async () => {
      await requireWalkable(this.#folder, [from, to], signal);
      return await pushNotices(this.#folder, change, signal);
    });
  }

  /** What of a session is in the store alone. `known`: the base, and what was pushed. */
  unpushed(session: string, known: readonly string[], signal?: AbortSignal): Promise<Unpushed> {
    const prefix = prefixOf(session);
    const branches = [`--glob=${prefix}heads/*`, `--glob=${prefix}previous/*`];
    const exclude = known.map(requireCommit);
    return this.#do(async () => {
      const run = hostRunner(this.#folder);
      const range = {
        include: [...branches, ...(await run(checkpointHeads(`${prefix}checkpoints/`), signal))],
        exclude,
      };
      const [commits, uncommitted] = await Promise.all([
        run(countBetween(range), signal),
        this.#hasUncommitted(prefix, signal),
      ]);
      return { commits, uncommitted };
    });
  }

  /** Those tags of which `known` lacks a commit; see `unpushed`. */
  async unpushedTags(tags: readonly LocalTag[], known: readonly string[], signal?: AbortSignal): Promise<LocalTag[]> {
    const lacking: LocalTag[] = [];
    for (const tag of tags) if (await this.#lacks(known, tag.object, signal)) lacking.push(tag);
    return lacking;
  }

  async #lacks(known: readonly string[], commit: string, signal: AbortSignal | undefined): Promise<boolean> {
    const range = { include: [requireCommit(commit)], exclude: known.map(requireCommit) };
    return (await this.#do(() => hostRunner(this.#folder)(countBetween(range), signal))) > 0;
  }

  /** Gives a session's own branches and checkpoints to its new environment, where `restoreCommand` asks for them. */
  send(session: string, connect: Connect, signal?: AbortSignal): Promise<void> {
    const only = prefixOf(session).replace(/\/$/, '');
    return this.#do(() => sendMirror({ folder: this.#folder, only, connect }, signal));
  }

  /** Forgets everything of a session. Harmless when there is nothing. */
  deleteSession(session: string, signal?: AbortSignal): Promise<void> {
    const prefix = prefixOf(session);
    return this.#do(async () => {
      const refs = await this.#refs(prefix, signal);
      const input = refs.map((ref) => `delete ${ref}\n`).join('');
      if (refs.length > 0) await runHostGit({ folder: this.#folder, args: ['update-ref', '--stdin'], input }, signal);
    });
  }

  async #hasUncommitted(prefix: string, signal: AbortSignal | undefined): Promise<boolean> {
    const [newest] = await this.#refs(`${prefix}checkpoints/`, signal);
    if (newest === undefined) return false;
    // The files, and what is staged: it may be in neither the files nor the commit.
    const args = ['rev-parse', `${newest}^{tree}`, `${newest}^2^{tree}`, `${newest}^1^{tree}`, `${newest}^@`];
    const [tree, staged, headTree, ...parents] = (await runHostGit({ folder: this.#folder, args }, signal)).stdout
      .toString('utf8')
      .split('\n');
    return tree !== headTree || staged !== headTree || parents.filter((parent) => parent !== '').length > 2;
  }

  /** Newest version first. */
  async #refs(prefix: string, signal: AbortSignal | undefined): Promise<string[]> {
    const args = ['for-each-ref', '--sort=-version:refname', '--format=%(refname)', prefix];
    const { stdout } = await runHostGit({ folder: this.#folder, args }, signal);
    return stdout.toString('utf8').split('\n').slice(0, -1);
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    try {
      await prepareWorkStore(this.#folder, this.#mirrorObjects);
      return await work();
    } catch (error) {
      throw explainGitError(error, 'the work store');
    }
  }
}

function prefixOf(session: string): string {
  if (!sessionId.test(session))
    throw new FlotillaError('invalid-input', `${JSON.stringify(session)} is no session id.`);
  return `refs/flotilla/${session}/`;
}

function requireCommit(commit: string): string {
  if (!commitId.test(commit))
    throw new FlotillaError('invalid-input', `${JSON.stringify(commit)} is no full commit id.`);
  return commit;
}
