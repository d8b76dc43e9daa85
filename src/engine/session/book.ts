import type { Actor } from '../../protocol/actor.ts';
import type { Progress, TimelineEntry } from '../../protocol/events.ts';
import type { Reason } from '../../protocol/basics.ts';
import { endedStates, type Session, type SessionState } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';
import { mayFollow } from './stateMachine.ts';

/** What the engine does of its own accord carries this actor. */
export const engineActor: Actor = { face: 'engine', user: 'engine' };

/** Longest text of a timeline entry, in characters; what an environment says is cut there. */
const maxText = 20_000;

/**
 * The one way the session room writes sessions: every change of state goes through the state machine and names its reason,
 * and every change is an event.
 */
export class SessionBook {
  readonly #store: Store;
  readonly #log: Log;

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  get(id: string): Session {
    return this.#store.sessions.get(id);
  }

  /** The session, or `undefined` once it has been removed. */
  peek(id: string): Session | undefined {
    return this.#store.sessions.peek(id);
  }

  change(id: string, changes: Partial<Session>, actor: Actor = engineActor): Session {
    return this.#store.sessions.change(id, changes, actor);
  }

  /** Enters a state for a reason. A transition that can't happen is logged and left out: late news of an ended session. */
  enter(id: string, state: SessionState, reason: Reason, extra: EnterExtra = {}): Session {
    const session = this.get(id);
    if (session.state !== state && !mayFollow(session.state, state)) {
      this.#log.warn('a state change came too late', {
        session: id,
        from: session.state,
        to: state,
        reason: reason.code,
      });
      return session;
    }
    const { actor, ...changes } = extra;
    return this.change(id, { ...changes, state, reason, ...times(session, state) }, actor);
  }

  /** Several entries that must all be there or none. */
  together<T>(work: () => T): T {
    return this.#store.transaction(work);
  }

  /** Says nothing of a session that was removed meanwhile. */
  timeline(id: string, entry: TimelineEntry): void {
    if (this.peek(id) === undefined) return;
    const text = entry.text.length > maxText ? `${entry.text.slice(0, maxText)}…` : entry.text;
    this.#store.sessions.record(id, { type: 'session.timeline', data: { ...entry, text } }, engineActor);
  }

  /** Says nothing of a session that was removed meanwhile. */
  progress(id: string, progress: Progress): void {
    if (this.peek(id) === undefined) return;
    this.#store.sessions.record(id, { type: 'session.progress', data: progress }, engineActor);
  }
}

type EnterExtra = Partial<Omit<Session, 'state' | 'reason'>> & { readonly actor?: Actor };

const over: readonly SessionState[] = [...endedStates, 'stopped'];

function times(session: Session, state: SessionState): Partial<Session> {
  if (state === 'running') return { startedAt: session.startedAt ?? now(), endedAt: undefined };
  return over.includes(state) ? { endedAt: now(), activity: undefined } : { activity: undefined };
}
