import type { Session } from '../../protocol/session.ts';
import { now, sleep } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import { engineActor, type SessionBook } from './book.ts';
import type { Homecoming } from './homecoming.ts';
import type { Launches } from './launches.ts';
import type { Lives } from './lives.ts';
import { atWork } from './reasons.ts';
import type { Rests } from './rests.ts';
import type { Serial } from '../base/serial.ts';
import type { Sessions } from './sessions.ts';

export interface ReconcileParts {
  readonly store: Store;
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly lives: Lives;
  readonly launches: Launches;
  readonly homecoming: Homecoming;
  readonly rests: Rests;
  readonly serial: Serial;
  readonly sessions: Sessions;
  readonly log: Log;
}

/** Longest that the runtime may take to answer for one session, in milliseconds. */
const askTimeout = 60_000;
/** How long until a session is looked for again when the runtime could not be asked, in milliseconds. */
const retryAfter = 3000;

/**
 * What the store says against what the runtime really has, once, when an engine starts: running Claudes are found again, starts that
 * were cut off begin anew, what died is said, and what no session owns is named. Where the runtime can't be asked, that is tried again
 * in the background until the signal fires: Docker may come up later than the engine.
 */
export async function reconcile(parts: ReconcileParts, signal: AbortSignal): Promise<void> {
  const { store, log } = parts;
  const ids = store.sessions.list().map(({ id }) => id);
  const left = await reconcileAll(parts, ids, signal);
  await lookAround(parts, new Set(ids), signal).catch((error: unknown) =>
    log.warn('environments could not be listed', { error: messageOf(error) }),
  );
  if (left.length > 0) void reconcileLater(parts, left, signal);
}

/** Never rejects. */
async function reconcileLater(parts: ReconcileParts, ids: readonly string[], signal: AbortSignal): Promise<void> {
  for (const id of ids)
    if (parts.book.peek(id)?.state === 'running')
      parts.book.change(id, { activity: { kind: 'unknown', about: 'the environment does not answer', since: now() } });
  for (let left = ids; left.length > 0;) {
    await sleep(retryAfter, signal);
    if (signal.aborted) return;
    left = await reconcileAll(parts, left, signal);
  }
}

/** The sessions for which the runtime could not be asked. Never rejects. */
async function reconcileAll(
  parts: ReconcileParts,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { serial, log } = parts;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(askTimeout)]);
  const done = await Promise.all(
    ids.map((id) =>
      serial
        .run(id, () => reconcileOne(parts, id, limited))
        .then(
          () => true,
          (error: unknown) => {
            log.error('a session could not be reconciled', { session: id, error });
            return false;
          },
        ),
    ),
  );
  return ids.filter((_, at) => done[at] !== true);
}

async function reconcileOne(parts: ReconcileParts, id: string, signal: AbortSignal): Promise<void> {
  const { book, lives, launches } = parts;
  const session = book.peek(id);
  // Somebody may have taken it in hand meanwhile.
  if (session === undefined || lives.has(id) || launches.has(id)) return;
  const { state } = session;
  if (state === 'queued' || state === 'starting') await startAgain(parts, session, signal);
  else if (state === 'running' || state === 'waiting') await findAgain(parts, session, signal);
}

/** A start that was cut off: what was half made goes, and the start begins anew. A Claude that had begun already goes on. */
async function startAgain(parts: ReconcileParts, session: Session, signal: AbortSignal): Promise<void> {
  const { runtime, lives, book, homecoming, sessions } = parts;
  const environment = await runtime.find(session.id, signal);
  if (
    environment !== undefined &&
    session.environment !== undefined &&
    (await isRunning(environment, signal)) &&
    (await lives.reopen(session, environment))
  ) {
    book.enter(session.id, 'running', atWork);
    return;
  }
  // An environment in which a Claude has begun holds work and stays; one that this start was making goes.
  if (session.environment === undefined || !homecoming.hasBegun(session.id)) {
    await runtime.discard(session.id, signal);
    book.change(session.id, { environment: undefined });
    homecoming.forget(session.id);
  }
  book.enter(session.id, 'stopped', {
    code: 'interrupted',
    message: 'The engine was restarted while the session was starting.',
  });
  sessions.goOn(session.id);
}

async function findAgain(parts: ReconcileParts, session: Session, signal: AbortSignal): Promise<void> {
  const { runtime, book, lives, rests } = parts;
  const environment = await runtime.find(session.id, signal);
  const found = environment !== undefined && (await isRunning(environment, signal));
  if (found && (await lives.reopen(session, environment))) return;
  // It goes on when credentials come, or when its time has come.
  if (session.state === 'waiting') return;
  if (environment === undefined) {
    book.enter(session.id, 'failed', {
      code: 'environment-gone',
      message:
        'The environment was gone when the engine came back. What came home before can still be seen and pushed.',
    });
    return;
  }
  book.enter(session.id, 'stopped', {
    code: 'interrupted',
    message: 'Claude was no longer running when the engine came back. Resume the session to go on.',
  });
  rests.later(session.id);
}

const isRunning = async (environment: Environment, signal: AbortSignal): Promise<boolean> =>
  (await environment.status(signal)) === 'running';

/** What runs although nothing of its session is at work rests after a while; what no session owns is named. */
async function lookAround(
  { store, runtime, lives, rests, log }: ReconcileParts,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  for (const found of await runtime.list(AbortSignal.any([signal, AbortSignal.timeout(askTimeout)]))) {
    if (known.has(found.sessionId)) {
      if (found.state === 'running' && !lives.has(found.sessionId)) rests.later(found.sessionId);
      continue;
    }
    log.warn('an environment that no session owns', { session: found.sessionId, parts: found.parts });
    store.journal.append(engineActor, undefined, {
      type: 'engine.orphan',
      data: { sessionId: found.sessionId, what: found.parts.join(', ') },
    });
  }
}
