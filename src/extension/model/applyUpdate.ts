import type { EventBody } from '../../protocol/events.ts';
import { type Session, sessionSchema } from '../../protocol/session.ts';

type Update = Extract<EventBody, { type: 'session.updated' }>['data'];

/** A session with an update laid over it; `undefined` when the two don't make a session, so that it must be read anew. */
export function applyUpdate(session: Session, { changes, cleared = [] }: Update): Session | undefined {
  const kept = Object.entries({ ...session, ...changes }).filter(([name]) => !cleared.includes(name));
  return sessionSchema.safeParse(Object.fromEntries(kept)).data;
}
