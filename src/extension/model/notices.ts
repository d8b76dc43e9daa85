import type { Session } from '../../protocol/session.ts';
import { type LandingNews, landingNews } from './landingNews.ts';
import { oneLine } from './oneLine.ts';
import type { ModelChange } from './sessionModel.ts';
import { reasonText } from './reasonText.ts';
import { sessionNeedsUser } from './urgency.ts';

/** Something that the user is told of, once. */
export interface Notice {
  readonly kind: 'needs-input' | 'finished' | 'failed' | LandingNews['kind'];
  readonly session: Session;
  readonly text: string;
  /** The event's number: whoever tells it first has told it. */
  readonly seq: number;
  /** A credential is what is missing. */
  readonly isAboutCredentials: boolean;
}

/** What the user is to be told of a change; most changes say nothing. Whatever was so before this window looked is no news. */
export function noticeOf(change: ModelChange): Notice | undefined {
  if (change.kind === 'all' || change.before === undefined || change.after === undefined) return undefined;
  const { before, after, event } = change;
  const landing = landingNews(before, after, event.actor);
  const found: [Notice['kind'], string] | undefined =
    landing === undefined ? newsOf(before, after) : [landing.kind, landing.text];
  if (found === undefined) return undefined;
  const [kind, text] = found;
  const isAboutCredentials =
    after.state === 'waiting' && ['no-credentials', 'credential-refused'].includes(after.reason.code);
  return {
    kind,
    text: `${oneLine(after.name, 80)} ${oneLine(text, 300)}`,
    session: after,
    seq: event.seq,
    isAboutCredentials,
  };
}

function newsOf(before: Session, after: Session): [Notice['kind'], string] | undefined {
  const why = sessionNeedsUser(after);
  if (why !== undefined) {
    if (sessionNeedsUser(before) === why) return undefined;
    return ['needs-input', after.state === 'waiting' ? `waits: ${why}` : `needs you. ${why}`];
  }
  if (hasEndedTurn(before, after)) return ['finished', 'has finished its turn and waits for you.'];
  if (before.state === after.state) return undefined;
  if (after.state === 'completed') return ['finished', `has finished. ${after.resultText ?? ''}`];
  if (after.state === 'failed') return ['failed', `has failed: ${reasonText(after)}`];
  return undefined;
}

/** In an interactive session nobody else says that Claude is done. */
const hasEndedTurn = (before: Session, after: Session): boolean =>
  after.mode === 'interactive' &&
  after.state === 'running' &&
  before.activity?.kind === 'working' &&
  after.activity?.kind === 'idle';
