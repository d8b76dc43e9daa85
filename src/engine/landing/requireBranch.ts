import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import { oneLine } from '../claude/oneLine.ts';
import type { CheckedOut } from './landingTree.ts';

/** Whether the session's own branch is checked out in its tree: no other one is ever moved. */
export const isOnBranch = ({ branch }: Session, at: CheckedOut): boolean => at.branch === `refs/heads/${branch}`;

/** Throws `not-in-this-state` when a person, or Claude, has checked out something else. */
export function requireBranch(session: Session, at: CheckedOut): void {
  if (isOnBranch(session, at)) return;
  const other =
    at.branch === undefined ? 'A commit without a branch' : oneLine(at.branch.slice('refs/heads/'.length), 100);
  throw new FlotillaError(
    'not-in-this-state',
    `${other} is checked out in the session instead of its branch ${session.branch}: check that out there, then continue.`,
  );
}
