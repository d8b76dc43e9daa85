import type { Session } from '../../protocol/session.ts';
import { waitsForTime } from '../../protocol/waitingUntil.ts';
import { landingNeedsUser } from './landingText.ts';
import { reasonText } from './reasonText.ts';

/** Why a session, or the landing of its work, can't go on without its user; `undefined` when it can. */
export const needsUser = (session: Session): string | undefined =>
  sessionNeedsUser(session) ?? landingNeedsUser(session);

/** The same without its landing. */
export function sessionNeedsUser(session: Session): string | undefined {
  const { state, activity } = session;
  if (state === 'waiting') return waitsForTime(session) ? undefined : reasonText(session);
  if (state !== 'running' || activity?.kind !== 'needs-input') return undefined;
  return activity.about === undefined ? 'It needs input.' : `It needs input: ${activity.about}`;
}

/** Something of the session is under way. */
export const isUnderWay = (session: Session): boolean =>
  ['running', 'starting', 'queued'].includes(session.state) || waitsForTime(session);
