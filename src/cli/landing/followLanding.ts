import type { FlotillaEvent } from '../../protocol/events.ts';
import type { Landing } from '../../protocol/landing.ts';
import type { LandingSummary } from '../../protocol/landingSummary.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { Engine } from '../engineDoor.ts';
import type { Output } from '../output.ts';
import { LandingView } from './landingView.ts';

export interface LandingFollowing {
  readonly engine: Engine;
  readonly output: Output;
  /** As the operation that set it going answered it. */
  readonly landing: Landing;
  /** What was known of it before: it is not shown again. */
  readonly known?: Landing | undefined;
  /** Events after this number are shown. */
  readonly after: number;
  readonly signal: AbortSignal;
}

/**
 * Shows a landing until nothing of it goes on, and returns how it stands then. Ends early, without an error, when the signal fires or
 * the session is removed.
 */
export async function followLanding(following: LandingFollowing): Promise<OperationOutput<'landing.status'>> {
  const { engine, output, landing, signal } = following;
  const view = new LandingView(output, following.known);
  try {
    if (!output.json) view.show(landing);
    if (landing.state === 'running') await follow(following, view);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    view.close();
  }
  return engine.call('landing.status', { session: landing.session });
}

async function follow(following: LandingFollowing, view: LandingView): Promise<void> {
  const { engine, output, landing, known, after, signal } = following;
  const { session } = landing;
  for await (const event of engine.events({ after, sessionId: session, signal })) {
    if (output.json) output.document({ event });
    else showLive(event, view);
    if (event.body.type === 'session.removed') return;
    const then = summaryOf(event);
    if (then === undefined) continue;
    const status = await engine.call('landing.status', { session }, { signal });
    if (status.landing === undefined) return;
    if (!output.json) view.show(asOf(then, status.landing, known));
    // The record may be ahead of the events and the events may be of before: only when both say so it is over.
    if (then.state !== 'running' && status.landing.state !== 'running') return;
  }
}

function showLive({ body }: FlotillaEvent, view: LandingView): void {
  if (body.type === 'landing.output') view.verifyOutput(body.data.text);
  else if (body.type === 'session.progress') view.progress(body.data);
}

/** What of the landing is known at this time: what its verification wrote until it ended is among the events still to come. */
function asOf({ state, step, updatedAt }: LandingSummary, landing: Landing, known: Landing | undefined): Landing {
  const { verify } = landing;
  const isAhead = state === 'running' && step !== 'push' && updatedAt < landing.updatedAt;
  if (!isAhead || verify === undefined || verify.startedAt === known?.verify?.startedAt) return landing;
  return { ...landing, pushes: [], verify: { ...verify, outcome: 'running', exitCode: undefined } };
}

/** The landing in short, when the event is about it. */
const summaryOf = ({ body }: FlotillaEvent): LandingSummary | undefined =>
  body.type === 'session.updated' ? (body.data.changes.landing ?? undefined) : undefined;
