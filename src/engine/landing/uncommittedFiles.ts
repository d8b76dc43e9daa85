import type { Session } from '../../protocol/session.ts';
import type { WorkStore } from '../git/workStore.ts';

/** How many files of a session's tree are in none of its commits, by its newest checkpoint. `commit`: what its tree stands on. */
export async function uncommittedFiles(
  { checkpoint }: Session,
  { work, commit }: { readonly work: WorkStore; readonly commit: string },
  signal: AbortSignal,
): Promise<number> {
  if (checkpoint === undefined) return 0;
  const tree = await work.workTree(checkpoint.commit, signal);
  return (await work.diff(commit, tree, { patch: false }, signal)).files.length;
}
