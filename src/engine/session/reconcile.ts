import type { Session } from '../../protocol/session.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import { engineActor, type SessionBook } from './book.ts';
import type { Launches } from './launches.ts';
import type { Lives } from './lives.ts';
import { atWork } from './reasons.ts';
import type { Sessions } from './sessions.ts';

export interface ReconcileParts {
  readonly store: Store;
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly lives: Lives;
  readonly launches: Launches;
  readonly sessions: Sessions;
  readonly log: Log;
}

/**
 * What the store says against what the runtime really has, once, when an engine starts: running Claudes are found again, starts that
 * were cut off begin anew, what died is said, and what no session owns is named.
 */
export async function reconcile(parts: ReconcileParts, signal: AbortSignal): Promise<void> {
  const { store, log } = parts;
  const sessions = store.sessions.list();
  await Promise.all(
    sessions.map((session) =>
      reconcileOne(parts, session, signal).catch((error: unknown) =>
        log.error('a session could not be reconciled', { session: session.id, error }),
      ),
    ),
  );
  await nameOrphans(parts, new Set(sessions.map(({ id }) => id)), signal).catch((error: unknown) =>
    log.warn('orphans could not be listed', { error: messageOf(error) }),
  );
}

async function reconcileOne(parts: ReconcileParts, session: Session, signal: AbortSignal): Promise<void> {
  const { state } = session;
  if (state === 'queued' || state === 'starting') await startAgain(parts, session, signal);
  else if (state === 'running' || state === 'waiting') await findAgain(parts, session, signal);
}

/** A start that was cut off: what was half made goes, and the start begins anew. A Claude that had begun already goes on. */
async function startAgain(parts: ReconcileParts, session: Session, signal: AbortSignal): Promise<void> {
  const { runtime, lives, book, sessions } = parts;
  const environment = await runtime.find(session.id, signal);
  if (
    environment !== undefined &&
    session.environment !== undefined &&
    (await environment.status(signal)) === 'running' &&
    (await lives.reopen(session, environment))
  ) {
    book.enter(session.id, 'running', atWork);
    return;
  }
  // An environment that was there before this start holds work and stays; one that this start was making goes.
  if (session.claudeSessionId === undefined) {
    await runtime.discard(session.id, signal);
    book.change(session.id, { environment: undefined });
  }
  book.enter(session.id, 'stopped', {
    code: 'interrupted',
    message: 'The engine was restarted while the session was starting.',
  });
  await sessions.start(session.id, engineActor);
}

async function findAgain(parts: ReconcileParts, session: Session, signal: AbortSignal): Promise<void> {
  const { runtime, book, lives } = parts;
  const environment = await runtime.find(session.id, signal);
  if (environment === undefined && session.state === 'waiting' && session.environment === undefined) return;
  if (environment === undefined) {
    book.enter(session.id, 'failed', {
      code: 'environment-gone',
      message:
        'The environment was gone when the engine came back. What came home before can still be seen and pushed.',
    });
    return;
  }
  if ((await isRunning(environment, signal)) && (await lives.reopen(session, environment))) return;
  book.enter(session.id, 'stopped', {
    code: 'interrupted',
    message: 'Claude was no longer running when the engine came back. Resume the session to go on.',
  });
}

const isRunning = async (environment: Environment, signal: AbortSignal): Promise<boolean> =>
  (await environment.status(signal)) === 'running';

async function nameOrphans(
  { store, runtime, log }: ReconcileParts,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  for (const found of await runtime.list(signal)) {
    if (known.has(found.sessionId)) continue;
    log.warn('an environment that no session owns', { session: found.sessionId, parts: found.parts });
    store.journal.append(engineActor, undefined, {
      type: 'engine.orphan',
      data: { sessionId: found.sessionId, what: found.parts.join(', ') },
    });
  }
}
