import type { OperationHandlers } from './context.ts';
import type { Orphans } from '../session/orphans.ts';
import type { SessionReports } from '../session/reports.ts';
import type { Sessions } from '../session/sessions.ts';

type SessionHandlers = Pick<
  OperationHandlers,
  Extract<keyof OperationHandlers, `session.${string}` | `orphan.${string}`>
>;

/** What may be asked of sessions. Each line only names who answers. */
export function sessionOperations(sessions: Sessions, reports: SessionReports, orphans: Orphans): SessionHandlers {
  return {
    'session.create': async (input, { actor, signal }) => ({ session: await sessions.create(input, actor, signal) }),
    'session.start': async ({ session }, { actor }) => ({ session: await sessions.start(session, actor) }),
    'session.get': ({ session }) => Promise.resolve({ session: reports.get(session) }),
    'session.list': (input) => Promise.resolve(reports.list(input)),
    'session.output': ({ session }, { signal }) => reports.output(session, signal),
    'session.logs': (input) => Promise.resolve(reports.logs(input)),
    'session.resources': async ({ session }, { signal }) => ({ resources: await sessions.resources(session, signal) }),
    'session.environment': ({ session }, { signal }) => sessions.environment(session, signal),
    'session.send': async ({ session, text }, { actor }) => ({ session: await sessions.send(session, text, actor) }),
    'session.stop': async ({ session }, { actor }) => ({ session: await sessions.stop(session, actor) }),
    'session.resume': async (input, { actor }) => ({ session: await sessions.resume(input, actor) }),
    'session.cancel': async ({ session }, { actor }) => ({ session: await sessions.cancel(session, actor) }),
    'session.remove': async ({ session, discard }, { actor }) => ({
      removed: await sessions.remove(session, discard, actor),
    }),
    'session.diff': (input, { signal }) => reports.diff(input, signal),
    'session.push': ({ session }, { actor, signal }) => sessions.push(session, actor, signal),
    'orphan.list': async (_input, { signal }) => ({ orphans: await orphans.list(signal) }),
    'orphan.adopt': async ({ sessionId }, { actor, signal }) => ({
      session: await orphans.adopt(sessionId, actor, signal),
    }),
    'orphan.remove': async ({ sessionId }, { signal }) => ({ removed: await orphans.remove(sessionId, signal) }),
  };
}
