import type { PlannedCommit } from '../../protocol/landing.ts';
import type { ReplayedCommit } from '../git/replay.ts';

/** What a face is told of a replayed commit: not what the index would hold. */
export const plannedCommit = ({ conflicts, ...commit }: ReplayedCommit): PlannedCommit => ({
  ...commit,
  conflicts: conflicts.map(({ path, kind, deletedBy, hunks }) => ({ path, kind, deletedBy, hunks })),
});
