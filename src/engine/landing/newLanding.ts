import type { Landing } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { because } from './reasons.ts';

/** A landing that begins: with its rebase, or, when the branch stands on its target already, with the move that changes nothing. */
export function newLanding(given: {
  session: Session;
  target: Landing['target'];
  head: string;
  since: string | undefined;
  options: Landing['options'];
  whole: boolean;
  isForward: boolean;
}): Landing {
  const { session, target, head, since, options, whole, isForward } = given;
  const at = now();
  return {
    session: session.id,
    target,
    head,
    ...(since === undefined ? {} : { since }),
    whole,
    options,
    resolved: [],
    before: { head, base: session.base, ...(since === undefined ? {} : { since }) },
    superseded: [],
    pushes: [],
    rounds: 0,
    costUsd: 0,
    startedAt: at,
    updatedAt: at,
    state: 'running',
    moved: false,
    reason: because('begun', `Landing onto ${target.branch}.`),
    // Nothing has to be rebased when the branch stands on its target.
    ...(isForward ? { step: 'move', result: head } : { step: 'rebase' }),
  };
}
