import type { EngineClient } from '../../client/engineClient.ts';
import type { Landing } from '../../protocol/landing.ts';
import type { LandingStep, LandingSummary } from '../../protocol/landingSummary.ts';
import { plainOutput } from '../../protocol/plainOutput.ts';
import type { Session } from '../../protocol/session.ts';
import { oneLine } from '../model/oneLine.ts';
import { untilSession } from '../model/untilSession.ts';
import type { Parts } from '../parts.ts';
import { type Reporter, withProgress } from '../progress.ts';

export interface LandingWork {
  readonly title: string;
  /** Asks the engine, which answers at once with the landing as it is then. */
  readonly begin: (client: EngineClient, signal: AbortSignal) => Promise<{ readonly landing: Landing }>;
  /** False where there is no way back: an undo. */
  readonly cancellable?: boolean;
}

export type FollowParts = Pick<Parts, 'connection' | 'model'>;

const steps: Readonly<Record<LandingStep, string>> = {
  rebase: 'Rebasing',
  resolve: 'Resolving conflicts',
  move: 'Moving the session',
  verify: 'Verifying',
  push: 'Pushing',
  undo: 'Undoing',
};

/** How long the landing that was given up may take to stand still, in milliseconds. */
const abortMs = 120_000;

/**
 * Begins a step of a landing and follows it until it stands still; gives how it stands then. Cancel gives the landing up. `undefined` when the
 * session was removed meanwhile.
 */
export async function followLanding(
  parts: FollowParts,
  { id }: Session,
  { title, begin, cancellable = true }: LandingWork,
): Promise<LandingSummary | undefined> {
  const client = await parts.connection.client();
  return withProgress(
    title,
    async (reporter) => {
      const { landing } = await begin(client, reporter.signal);
      return follow(parts, { id, since: landing.updatedAt, client }, reporter);
    },
    cancellable,
  );
}

interface Followed {
  readonly id: string;
  /** What the model knows from before this moment is old. */
  readonly since: string;
  readonly client: EngineClient;
}

async function follow(
  { model }: FollowParts,
  followed: Followed,
  reporter: Reporter,
): Promise<LandingSummary | undefined> {
  const { id, since, client } = followed;
  const isStill = ({ landing }: Session): boolean =>
    landing !== undefined && landing.updatedAt >= since && landing.state !== 'running';
  const listening = [
    model.onChange(() => tell(model.get(id), reporter)),
    model.onEvent((event) => {
      if (event.sessionId === id && event.body.type === 'landing.output') tellLine(event.body.data.text, reporter);
    }),
  ];
  tell(model.get(id), reporter);
  try {
    await untilSession(model, id, isStill, reporter.signal);
    if (!reporter.signal.aborted) return model.get(id)?.landing;
    const { landing } = await client.call('landing.abort', { session: id });
    const isOver = (session: Session): boolean =>
      session.landing !== undefined &&
      session.landing.updatedAt >= landing.updatedAt &&
      session.landing.state !== 'running';
    await untilSession(model, id, isOver, AbortSignal.timeout(abortMs));
    return model.get(id)?.landing;
  } finally {
    for (const one of listening) one.dispose();
  }
}

function tell(session: Session | undefined, { report }: Reporter): void {
  if (session?.landing?.state !== 'running') return;
  const { step, reason } = session.landing;
  report(`${steps[step]}: ${oneLine(reason.message, 120)}`);
}

function tellLine(text: string, { report }: Reporter): void {
  const line = plainOutput(text).trim().split('\n').at(-1) ?? '';
  if (line !== '') report(`${steps.verify}: ${oneLine(line, 120)}`);
}
