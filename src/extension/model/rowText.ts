import type { Progress } from '../../protocol/events.ts';
import type { Session, SessionState } from '../../protocol/session.ts';
import { waitingUntil } from '../../protocol/waitingUntil.ts';
import { ageText } from './ageText.ts';
import { contextText, costText } from './facts.ts';
import { landingText } from './landingText.ts';
import { oneLine } from './oneLine.ts';
import { reasonText } from './reasonText.ts';

export interface RowText {
  readonly label: string;
  readonly description: string;
  /** Cost and context alone; empty before the first request. */
  readonly facts: string;
}

const stateWords: Readonly<Record<SessionState, string>> = {
  created: 'not started',
  queued: 'queued',
  starting: 'starting',
  running: 'running',
  waiting: 'waiting',
  blocked: 'blocked',
  stopped: 'stopped',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

const longest = 60;

/** What a session does, in a few words: "needs input: permission for Bash". */
export function doingText(session: Session, progress?: Progress): string {
  const { state, activity } = session;
  if (state === 'starting' && progress !== undefined) return `starting: ${oneLine(progress.title, longest)}`;
  if (state === 'waiting' || state === 'blocked')
    return `${waitText(session)}: ${oneLine(reasonText(session), longest)}`;
  if (state !== 'running' || activity === undefined) return stateWords[state];
  return activity.kind === 'unknown' ? stateWords[state] : activityText(activity);
}

function waitText(session: Session): string {
  const until = waitingUntil(session);
  return until === undefined ? stateWords[session.state] : `${stateWords[session.state]} until ${until}`;
}

function activityText(activity: NonNullable<Session['activity']>): string {
  const word = activity.kind === 'needs-input' ? 'needs input' : activity.kind;
  return activity.about === undefined ? word : `${word}: ${oneLine(activity.about, longest)}`;
}

/** The words of a session's row: its name, then what it does, how its landing stands, cost, context and age at `at` (milliseconds). */
export function rowText(session: Session, progress?: Progress, at = Date.now()): RowText {
  const facts = joined([costText(session), contextText(session)]);
  const description = joined([
    doingText(session, progress),
    landingText(session),
    facts,
    ageText(session.createdAt, at),
  ]);
  return { label: oneLine(session.name, longest), description, facts };
}

const joined = (texts: readonly string[]): string => texts.filter((text) => text !== '').join(' · ');
