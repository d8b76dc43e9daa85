import { z } from 'zod';
import type { Actor } from '../../protocol/actor.ts';
import { actorSchema } from '../../protocol/actor.ts';
import { type EventBody, eventBodySchema, type FlotillaEvent } from '../../protocol/events.ts';
import { now } from '../base/clock.ts';
import { parseJson } from '../../protocol/json.ts';
import { type Closable, Emitter, type Listener } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import type { Database } from './database.ts';

const row = z.object({
  seq: z.number(),
  at: z.string(),
  actor: z.string(),
  session_id: z.string().nullable(),
  body: z.string(),
});
const number = z.object({ value: z.number().nullable() });

/** How much of the journal is kept: always the newest `rows`; beyond them what is younger than `days`, up to `mostRows`. */
export interface Retention {
  readonly rows: number;
  readonly mostRows: number;
  readonly days: number;
}

const defaultRetention: Retention = { rows: 100_000, mostRows: 1_000_000, days: 30 };
const pageSize = 500;
/** Nothing else runs while events are dropped. */
const mostTrimmed = 50_000;

/**
 * What happened, numbered. An event is stored before anybody hears of it, and everybody hears events in the order of their
 * numbers. Numbers rise but may have gaps: the entries of a removed session are taken out.
 */
export class Journal {
  readonly #database: Database;
  readonly #log: Log;
  readonly #emitter: Emitter<FlotillaEvent>;
  readonly #due: FlotillaEvent[] = [];
  #publishing = false;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
    this.#emitter = new Emitter((error) => log.error('A listener to events failed', { error }));
  }

  /** Stores an event and publishes it once it is stored for good. */
  append(actor: Actor, sessionId: string | undefined, body: EventBody): FlotillaEvent {
    const at = now();
    const { lastId } = this.#database.run(
      'INSERT INTO journal (at, actor, session_id, body) VALUES (?, ?, ?, ?)',
      at,
      JSON.stringify(actor),
      sessionId ?? null,
      JSON.stringify(body),
    );
    const event: FlotillaEvent = { seq: lastId, at, actor, ...(sessionId === undefined ? {} : { sessionId }), body };
    this.#database.afterCommit(() => this.#publish(event));
    return event;
  }

  /** The events after a number, oldest first; ask again from the last one's number for more. */
  after(
    seq: number,
    options: { limit?: number | undefined; sessionId?: string | undefined } = {},
  ): readonly FlotillaEvent[] {
    const { sessionId, limit = pageSize } = options;
    const rows =
      sessionId === undefined
        ? this.#database.all(row, 'SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit)
        : this.#database.all(
            row,
            'SELECT * FROM journal WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?',
            sessionId,
            seq,
            limit,
          );
    const events = rows.map((found) => this.#read(found)).filter((event) => event !== undefined);
    const last = rows.at(-1);
    // A page of nothing but unreadable entries must not look like the end.
    return events.length === 0 && last !== undefined ? this.after(last.seq, options) : events;
  }

  /** The number of the newest event; 0 when there was none yet. */
  lastSeq(): number {
    return this.#number("SELECT seq AS value FROM sqlite_sequence WHERE name = 'journal'");
  }

  /** The first number from which on nothing was trimmed. Who read less far than the one before it has missed something. */
  firstSeq(): number {
    return this.#number("SELECT value FROM facts WHERE key = 'trimmed-to'") + 1;
  }

  /** Hears every event from now on. */
  listen(listener: Listener<FlotillaEvent>): Closable {
    return this.#emitter.on(listener);
  }

  /** Takes out a session's events up to a number. */
  forget(sessionId: string, before: number): void {
    this.#database.run('DELETE FROM journal WHERE session_id = ? AND seq < ?', sessionId, before);
  }

  /** Drops old events, a bounded number at a time; answers how many. */
  trim(retention: Retention = defaultRetention): number {
    const oldest = new Date(Date.now() - retention.days * 86_400_000).toISOString();
    return this.#database.transaction(() => {
      const last = this.lastSeq();
      const first = this.firstSeq();
      if (last - retention.rows < first) return 0;
      // Numbers and times rise together: the search ends at the first young event and never reads what is kept.
      const young = this.#number('SELECT seq AS value FROM journal WHERE at >= ? ORDER BY seq LIMIT 1', oldest);
      const aged = young === 0 ? last : young - 1;
      const wanted = Math.max(Math.min(aged, last - retention.rows), last - retention.mostRows);
      const end = Math.min(wanted, first + mostTrimmed - 1);
      if (end < first) return 0;
      this.#database.run("UPDATE facts SET value = ? WHERE key = 'trimmed-to'", end);
      return this.#database.run('DELETE FROM journal WHERE seq <= ?', end).changes;
    });
  }

  #number(sql: string, ...values: (string | number)[]): number {
    return this.#database.get(number, sql, ...values)?.value ?? 0;
  }

  #read(found: z.output<typeof row>): FlotillaEvent | undefined {
    const actor = parseJson(actorSchema, found.actor);
    const body = parseJson(eventBodySchema, found.body);
    if (actor === undefined || body === undefined) {
      this.#log.warn('An event of the journal cannot be read', { seq: found.seq });
      return undefined;
    }
    const { seq, at, session_id: sessionId } = found;
    return { seq, at, actor, ...(sessionId === null ? {} : { sessionId }), body };
  }

  /** A listener may append: what it appends is heard by everybody after what is being told now. */
  #publish(event: FlotillaEvent): void {
    this.#due.push(event);
    if (this.#publishing) return;
    this.#publishing = true;
    try {
      for (let next = this.#due.shift(); next !== undefined; next = this.#due.shift()) this.#emitter.emit(next);
    } finally {
      this.#publishing = false;
    }
  }
}
