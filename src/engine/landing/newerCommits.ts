import type { Landing } from '../../protocol/landing.ts';
import { movedOn } from './rebasing.ts';
import { because } from './reasons.ts';
import { short } from './words.ts';

export interface NewestParts {
  /** A session's newest commit, brought home where that can be done now. */
  readonly newest: (id: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Whether a session's commit holds another one. */
  readonly descends: (id: string, commit: string, from: string) => Promise<boolean>;
}

/**
 * Who says that a result may be pushed unverified says it of the one that was shown. Where the session has committed since, the newest commit
 * takes its place and waits to be looked at; `undefined` where it has not. Rejects with `session-moved` when it went elsewhere.
 */
export async function newerCommits(
  { session: id, result }: Landing,
  { newest, descends }: NewestParts,
  signal: AbortSignal,
): Promise<Partial<Landing> | undefined> {
  const commit = await newest(id, signal);
  if (commit === undefined || commit === result) return undefined;
  if (result !== undefined && !(await descends(id, commit, result))) throw movedOn();
  const message = `The session has committed since: ${short(commit)} is what would be pushed now, and it is unverified. Verify it, or say again that it may be pushed unverified.`;
  return { result: commit, state: 'paused', step: 'verify', reason: because('unverified', message) };
}
