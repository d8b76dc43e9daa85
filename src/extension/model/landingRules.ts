import type { LandingStep, LandingSummary } from '../../protocol/landingSummary.ts';
import type { Session } from '../../protocol/session.ts';

/** What can be done about bringing a session's work home. */
export type LandingAction =
  | 'land'
  | 'rebase'
  | 'resolve'
  | 'settle'
  | 'continueLanding'
  | 'abortLanding'
  | 'verify'
  | 'pushLanding'
  | 'undoLanding'
  | 'review'
  | 'sendOutput'
  | 'pullRequest'
  | 'forecast';

/** Reached when the session's own tree stands on the target. */
const movedSteps: readonly LandingStep[] = ['move', 'verify', 'push'];

const isPaused = ({ landing }: Session): boolean => landing?.state === 'paused';
const isMoved = ({ landing }: Session): boolean => landing !== undefined && movedSteps.includes(landing.step);
/** Commits that the target does not hold yet, as far as is known. */
const hasWork = ({ head, forecast }: Session): boolean =>
  head !== undefined && head.ahead > 0 && forecast?.outcome !== 'up-to-date';
const hasOpenFiles = (session: Session): boolean => isPaused(session) && (session.landing?.openFiles ?? 0) > 0;
const isPausedAt = (session: Session, ...steps: LandingStep[]): boolean =>
  isPaused(session) && session.landing !== undefined && steps.includes(session.landing.step);
const isIn = (session: Session, ...states: LandingSummary['state'][]): boolean =>
  session.landing !== undefined && states.includes(session.landing.state);
/** Nothing of a landing is under way. */
const isFree = (session: Session): boolean =>
  session.landing === undefined || isIn(session, 'landed', 'aborted', 'undone');
const isReadyToPush = (session: Session): boolean => isIn(session, 'ready') && isMoved(session);

/** When each makes sense, as far as a row knows. The engine has the last word. */
export const landingRules: Readonly<Record<LandingAction, (session: Session) => boolean>> = {
  land: (session) => hasWork(session) && (isFree(session) || isReadyToPush(session)),
  rebase: (session) => hasWork(session) && isFree(session),
  resolve: hasOpenFiles,
  settle: hasOpenFiles,
  continueLanding: (session) =>
    (isPaused(session) && !hasOpenFiles(session) && !isPausedAt(session, 'undo')) ||
    (isIn(session, 'ready') && !isMoved(session)),
  abortLanding: (session) => isIn(session, 'running', 'paused', 'ready') && session.landing?.step !== 'undo',
  verify: (session) => isReadyToPush(session) || isPausedAt(session, 'verify'),
  pushLanding: (session) => isReadyToPush(session) || isPausedAt(session, 'verify', 'push'),
  undoLanding: (session) => isIn(session, 'landed') || isPausedAt(session, 'push', 'undo'),
  review: (session) => isIn(session, 'landed', 'ready', 'paused') && isMoved(session),
  sendOutput: (session) => isPausedAt(session, 'verify') && session.landing?.reason.code === 'verify-failed',
  pullRequest: (session) => isIn(session, 'landed'),
  forecast: hasWork,
};

export const landingActions: readonly LandingAction[] = [
  ...(['land', 'rebase', 'resolve', 'settle', 'continueLanding', 'abortLanding', 'verify'] as const),
  ...(['pushLanding', 'undoLanding', 'review', 'sendOutput', 'pullRequest', 'forecast'] as const),
];
