import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Actor } from '../../protocol/actor.ts';
import type { EventBody, FlotillaEvent } from '../../protocol/events.ts';
import { type Session, sessionSchema, type SessionState } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { FlotillaError } from '../base/errors.ts';
import { parseJson } from '../../protocol/json.ts';
import type { Log } from '../base/log.ts';
import type { Database } from './database.ts';
import type { Journal } from './journal.ts';

const row = z.object({ id: z.string(), record: z.string() });

/** The sessions and their changes. A change and its event are one transaction; listeners hear it once it is stored. */
export class Sessions {
  readonly #database: Database;
  readonly #journal: Journal;
  readonly #log: Log;

  constructor(database: Database, journal: Journal, log: Log) {
    this.#database = database;
    this.#journal = journal;
    this.#log = log;
    this.#quarantineUnreadable();
  }

  create(session: Session, actor: Actor): Session {
    const checked = sessionSchema.parse(session);
    this.#database.transaction(() => {
      this.#database.run(
        'INSERT INTO sessions (id, name, repository_id, state, created_at, record) VALUES (?, ?, ?, ?, ?, ?)',
        checked.id,
        checked.name,
        checked.repository.id,
        checked.state,
        checked.createdAt,
        JSON.stringify(checked),
      );
      this.#journal.append(actor, checked.id, { type: 'session.created', data: { session: checked } });
    });
    return checked;
  }

  /**
   * Lays changes over a session; `undefined` takes an optional field away. What changes nothing is not stored and not
   * published. Throws `unknown-session` when the session was removed meanwhile.
   */
  change(id: string, changes: Partial<Session>, actor: Actor): Session {
    return this.#database.transaction(() => {
      const before = this.get(id);
      const changed = differences(before, changes);
      if (Object.keys(changed).length === 0) return before;
      const written = { ...changed, updatedAt: now() };
      const after = sessionSchema.parse({ ...before, ...written, id, createdAt: before.createdAt });
      this.#database.run(
        'UPDATE sessions SET name = ?, repository_id = ?, state = ?, record = ? WHERE id = ?',
        after.name,
        after.repository.id,
        after.state,
        JSON.stringify(after),
        id,
      );
      const cleared = Object.entries(changed).flatMap(([key, value]) => (value === undefined ? [key] : []));
      this.#journal.append(actor, id, {
        type: 'session.updated',
        data: { changes: written, ...(cleared.length === 0 ? {} : { cleared }) },
      });
      return after;
    });
  }

  /** Something that happened in a session and is not a change of its record: progress, an entry of its timeline. */
  record(id: string, body: EventBody, actor: Actor): FlotillaEvent {
    return this.#journal.append(actor, id, body);
  }

  /** Forgets a session, what waits for it and its events; that it was removed stays in the journal. */
  remove(id: string, actor: Actor): void {
    this.#database.transaction(() => {
      if (this.#database.run('DELETE FROM sessions WHERE id = ?', id).changes === 0) return;
      const { seq } = this.#journal.append(actor, id, { type: 'session.removed', data: {} });
      this.#journal.forget(id, seq);
    });
  }

  /** Throws `unknown-session`. */
  get(id: string): Session {
    const session = this.peek(id);
    if (session === undefined) throw unknownSession(id);
    return session;
  }

  /** The session, or `undefined` when there is none. */
  peek(id: string): Session | undefined {
    const found = this.#database.get(row, 'SELECT id, record FROM sessions WHERE id = ?', id);
    return found === undefined ? undefined : parseJson(sessionSchema, found.record);
  }

  /** Newest first. */
  list(filter: { repositoryId?: string | undefined; states?: readonly SessionState[] | undefined } = {}): Session[] {
    const { repositoryId } = filter;
    const which = repositoryId === undefined ? '' : 'WHERE repository_id = ?';
    return this.#database
      .all(
        row,
        `SELECT id, record FROM sessions ${which} ORDER BY created_at DESC, id`,
        ...(repositoryId === undefined ? [] : [repositoryId]),
      )
      .map((found) => parseJson(sessionSchema, found.record))
      .filter((session) => session !== undefined)
      .filter((session) => filter.states?.includes(session.state) ?? true);
  }

  /** The session that a person means: by id, by name, or by an unambiguous start of its id. */
  find(key: string): Session {
    const byId = this.peek(key);
    if (byId !== undefined) return byId;
    const named = this.#candidates('name = ?', key);
    const found = named.length > 0 ? named : this.#candidates('substr(id, 1, length(?1)) = ?1', key);
    const [first, second] = found;
    if (first === undefined) throw unknownSession(key);
    if (second !== undefined)
      throw new FlotillaError('ambiguous-session', `More than one session is meant by "${key}": name its id.`, {
        detail: found.map((session) => `${session.id}  ${session.name}`).join('\n'),
      });
    return first;
  }

  #candidates(condition: string, key: string): Session[] {
    return this.#database
      .all(row, `SELECT id, record FROM sessions WHERE ${condition} ORDER BY created_at DESC LIMIT 20`, key)
      .map((found) => parseJson(sessionSchema, found.record))
      .filter((session) => session !== undefined);
  }

  /** One record that can't be read must not keep the others from loading. */
  #quarantineUnreadable(): void {
    for (const { id, record } of this.#database.all(row, 'SELECT id, record FROM sessions')) {
      if (parseJson(sessionSchema, record)?.id === id) continue;
      this.#database.transaction(() => {
        const insert = "INSERT INTO quarantine (at, source, key, record) VALUES (?, 'sessions', ?, ?)";
        this.#database.run(insert, now(), id, record);
        this.#database.run('DELETE FROM sessions WHERE id = ?', id);
      });
      this.#log.error("A session's record cannot be read and was put into quarantine", { sessionId: id });
    }
  }
}

const unknownSession = (key: string): FlotillaError =>
  new FlotillaError('unknown-session', `There is no session "${key}".`);

function differences(before: Session, changes: Partial<Session>): Partial<Session> {
  const old: Readonly<Record<string, unknown>> = before;
  return Object.fromEntries(Object.entries(changes).filter(([key, value]) => !isDeepStrictEqual(old[key], value)));
}
