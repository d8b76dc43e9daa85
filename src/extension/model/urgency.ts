import type { Session } from '../../protocol/session.ts';

/** Why a session can't go on without its user; `undefined` when it can. */
export function needsUser({ state, activity, reason }: Session): string | undefined {
  if (state === 'waiting') return reason.message;
  if (state !== 'running' || activity?.kind !== 'needs-input') return undefined;
  return activity.about === undefined ? 'It needs input.' : `It needs input: ${activity.about}`;
}

/** Something of the session is under way. */
export const isUnderWay = ({ state }: Session): boolean =>
  state === 'running' || state === 'starting' || state === 'queued';
