import { pushRef } from './pushRef.ts';
import { type PushSource, pushTarget } from './pushTarget.ts';

export interface Push {
  readonly source: PushSource;
  /** The branch on the remote. */
  readonly branch: string;
  readonly commit: string;
  /** What the branch must be on the remote: the commit that was pushed last, or nothing when it must not exist yet. */
  readonly expected: string | undefined;
}

export interface Pushed {
  readonly commit: string;
  /** The remote's URL, without credentials. */
  readonly remote: string;
  readonly branch: string;
  /** What the branch was on the remote; `undefined` when it did not exist. The commit itself when it was there already. */
  readonly before: string | undefined;
  /** The remote had the commit already. */
  readonly upToDate: boolean;
}

/** Pushes a session's own branch: over what we pushed last, and over nothing else. */
export async function pushWork(folder: string, push: Push, signal?: AbortSignal): Promise<Pushed> {
  const { branch, commit, expected } = push;
  const target = await pushTarget(push.source, signal);
  const done = await pushRef({ folder, target, branch, commit, lease: expected ?? '', before: expected }, signal);
  return { commit, remote: target.remote, branch, ...done };
}
