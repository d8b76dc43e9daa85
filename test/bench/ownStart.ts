import type { EngineClient } from '../../src/client/engineClient.ts';
import type { FlotillaEvent } from '../../src/protocol/events.ts';
import type { OperationInput } from '../../src/protocol/operations.ts';
import { endedStates } from '../../src/protocol/session.ts';

/** What an event says of a session that has failed, so that a bench does not wait for ever. */
function checkFailed({ body }: FlotillaEvent): void {
  if (body.type !== 'session.updated') return;
  const { state, reason } = body.data.changes;
  if (state === 'failed') throw new Error(`The session failed: ${reason?.message ?? ''} ${reason?.detail ?? ''}`);
}

/** Reads a session's events until one satisfies; gives when it came, by this process's clock. */
export async function waitFor(
  client: EngineClient,
  sessionId: string,
  after: number,
  satisfies: (event: FlotillaEvent) => boolean,
): Promise<number> {
  const stop = AbortSignal.timeout(120_000);
  for await (const event of client.events({ after, sessionId, signal: stop })) {
    checkFailed(event);
    if (satisfies(event)) return performance.now();
  }
  throw new Error(`Session ${sessionId} did not get there within two minutes.`);
}

/** Claude's first event (`system/init`) is what first gives a session an activity. */
const isFirstEvent = ({ body }: FlotillaEvent): boolean =>
  body.type === 'session.updated' && body.data.changes.activity !== undefined;

const isEnd = ({ body }: FlotillaEvent): boolean =>
  body.type === 'session.updated' &&
  body.data.changes.state !== undefined &&
  endedStates.includes(body.data.changes.state);

export const untilEnded = (client: EngineClient, sessionId: string, after: number): Promise<number> =>
  waitFor(client, sessionId, after, isEnd);

/** A session from the call that makes it to Claude's first event, in milliseconds; removed afterwards. */
export async function ownStart(client: EngineClient, input: OperationInput<'session.create'>): Promise<number> {
  const { seq } = await client.call('session.list', {});
  const start = performance.now();
  const { session } = await client.call('session.create', input);
  const first = await waitFor(client, session.id, seq, isFirstEvent);
  await untilEnded(client, session.id, seq);
  await client.call('session.remove', { session: session.id, discard: true });
  return first - start;
}
