import path from 'node:path';
import { Serial } from '../base/serial.ts';
import { type Base, findBase } from './base.ts';
import { inspectCommit } from './inspectCommit.ts';
import { explainGitError } from './explainGitError.ts';
import { hostRunner } from './hostGit.ts';
import { fetchMirror, type Report } from './mirrorFetch.ts';
import { type MirrorRef, mirrorRefs } from './mirrorRefs.ts';
import { prepareMirror } from './mirrorSetup.ts';
import { fetchedBranch, fetchRemoteBranch } from './remoteBranch.ts';
import { SharedJob } from './sharedJob.ts';
import type { Source } from './source.ts';
import { commitUncommitted, type Taken } from './uncommitted.ts';

/** Fetches that run right now, by the mirror's folder: one engine owns every mirror, so this is the only place where they meet. */
const fetches = new Map<string, SharedJob<void>>();
/** Fetches of targets, one after another in each mirror. */
const targets = new Serial();
/** When a mirror was last fetched, by its folder and the process's own clock: the machine's may be put back. */
const fetchedAt = new Map<string, number>();

export interface EnsureOptions {
  /** Milliseconds; a mirror that was fetched within them is taken as it is. Default 0: always asks the origin. */
  readonly maxAgeMs?: number | undefined;
  readonly report?: Report | undefined;
}

/**
 * The engine's own bare repository of one source: every branch as `refs/remotes/origin/*`, the tags, and what HEAD points at. It is
 * never pruned, so a session that borrows its objects keeps them whatever happens at the origin.
 */
export class Mirror {
  /** The bare repository. */
  readonly folder: string;
  readonly source: Source;

  private constructor(folder: string, source: Source) {
    this.folder = folder;
    this.source = source;
  }

  static at(mirrorsFolder: string, source: Source): Mirror {
    return new Mirror(path.join(mirrorsFolder, `${source.id}.git`), source);
  }

  /** The only part of a mirror that an environment sees, read-only. Readable by every user, whatever the engine's umask. */
  get objectsFolder(): string {
    return path.join(this.folder, 'objects');
  }

  /**
   * Makes the mirror, or brings it up to date. Callers that come while one fetch runs share it. Rejects with `repository-missing`,
   * `repository-empty`, `repository-unreachable`, `repository-denied`, `disk-full`, `git-missing` or `cancelled`.
   */
  async ensure(signal?: AbortSignal, options: EnsureOptions = {}): Promise<void> {
    if (performance.now() - (fetchedAt.get(this.folder) ?? -Infinity) < (options.maxAgeMs ?? 0)) return;
    let job = fetches.get(this.folder);
    if (job === undefined || job.abandoned) {
      const own = new SharedJob((inner) => this.#fetch(options.report, inner));
      job = own;
      fetches.set(this.folder, own);
      const forget = (): void => {
        if (fetches.get(this.folder) === own) fetches.delete(this.folder);
      };
      own.settled.then(forget, forget);
    }
    await job.wait(signal);
  }

  /**
   * Brings a branch's commits from where pushes go, which for a folder is its own remote, and answers the newest one; `undefined` when there
   * is no such branch. The mirror must have been made. Rejects with `no-remote`, and as `ensure` does.
   */
  fetchTarget(branch: string, signal?: AbortSignal): Promise<string | undefined> {
    const wanted = { folder: this.folder, source: this.source, branch };
    // Two at once would want to move the same ref.
    return this.#guard(() => targets.run(this.folder, () => fetchRemoteBranch(wanted, signal)));
  }

  /** Branches, newest first. */
  async heads(signal?: AbortSignal): Promise<MirrorRef[]> {
    return (await this.refs(signal)).filter(({ kind }) => kind === 'branch');
  }

  /** Branches and then tags, newest first: what a workspace is filled with. */
  refs(signal?: AbortSignal): Promise<MirrorRef[]> {
    return this.#guard(() => hostRunner(this.folder)(mirrorRefs, signal));
  }

  /**
   * The commit that a branch, a tag or a commit id names; without one, the branch or commit that a folder has checked out or a
   * remote has as its default. Rejects with `base-unknown`, naming what comes near.
   */
  resolveBase(ref?: string, signal?: AbortSignal): Promise<Base> {
    return this.#guard(() => findBase({ folder: this.folder, source: this.source, ref }, signal));
  }

  /** What Flotilla does not do for this commit's tree, a sentence each: submodules, LFS. */
  inspectBase(commit: string, signal?: AbortSignal): Promise<string[]> {
    return this.#guard(() => inspectCommit(this.folder, commit, signal));
  }

  /**
   * A commit on top of what the folder has checked out, with its uncommitted work, untracked files included. Index, work tree and
   * objects of the folder stay as they are. Rejects with `invalid-input` when the base is not what is checked out.
   */
  takeUncommitted(base: Base, signal?: AbortSignal): Promise<Taken> {
    return this.#guard(() => commitUncommitted({ mirror: this.folder, source: this.source, base }, signal));
  }

  /** What `fetchTarget` answered last, without asking the remote. */
  fetchedTarget(branch: string, signal?: AbortSignal): Promise<string | undefined> {
    return fetchedBranch({ folder: this.folder, branch }, signal);
  }

  async #fetch(report: Report | undefined, signal: AbortSignal): Promise<void> {
    await this.#guard(async () => {
      await prepareMirror(this.folder, signal);
      await fetchMirror({ folder: this.folder, source: this.source, report }, signal);
      fetchedAt.set(this.folder, performance.now());
    });
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explainGitError(error, this.source.source);
    }
  }
}
