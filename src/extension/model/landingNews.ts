import type { Actor } from '../../protocol/actor.ts';
import type { LandingSummary } from '../../protocol/landingSummary.ts';
import type { Session } from '../../protocol/session.ts';

/** What the user is told of a landing. */
export interface LandingNews {
  readonly kind: 'landing-needs-you' | 'landed' | 'landing-failed';
  readonly text: string;
}

/** Why a landing waits for a person's choice; every other reason is something that went wrong. */
const decisions: readonly string[] = ['conflicts', 'proposals', 'resolved', 'unverified', 'target-moved'];

/** What a change says about the landing that a person should hear. What came of somebody's own step at once is known to whoever took it. */
export function landingNews(before: Session, after: Session, actor: Actor): LandingNews | undefined {
  const { landing } = after;
  if (landing === undefined || isSame(before.landing, landing)) return undefined;
  const text = landing.reason.message;
  if (landing.state === 'landed') return { kind: 'landed', text: `has landed. ${text}` };
  if (landing.state !== 'paused' || actor.face !== 'engine') return undefined;
  return decisions.includes(landing.reason.code)
    ? { kind: 'landing-needs-you', text: `needs you to land. ${text}` }
    : { kind: 'landing-failed', text: `could not go on landing: ${text}` };
}

const isSame = (before: LandingSummary | undefined, { state, reason }: LandingSummary): boolean =>
  before?.state === state && before.reason.code === reason.code;
