import { z } from 'zod';
import type { Database } from './database.ts';

const row = z.object({ id: z.number(), text: z.string() });

/** A message that waits until Claude can hear it. */
export type FollowUp = z.output<typeof row>;

/** Messages to sessions, in the order they were sent. They go with their session. */
export class FollowUps {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(sessionId: string, text: string): FollowUp {
    const { lastId } = this.#database.run('INSERT INTO follow_ups (session_id, text) VALUES (?, ?)', sessionId, text);
    return { id: lastId, text };
  }

  /** The oldest one that waits. It goes on waiting until it is taken, so a crash in between sends it again, not never. */
  next(sessionId: string): FollowUp | undefined {
    return this.#database.get(
      row,
      'SELECT id, text FROM follow_ups WHERE session_id = ? ORDER BY id LIMIT 1',
      sessionId,
    );
  }

  take(id: number): void {
    this.#database.run('DELETE FROM follow_ups WHERE id = ?', id);
  }

  count(sessionId: string): number {
    const sql = 'SELECT COUNT(*) AS count FROM follow_ups WHERE session_id = ?';
    return this.#database.get(z.object({ count: z.number() }), sql, sessionId)?.count ?? 0;
  }
}
