import { z } from 'zod';
import { parseJson } from '../../protocol/json.ts';
import type { Log } from '../base/log.ts';
import type { Database } from './database.ts';

const row = z.object({ key: z.string(), value: z.string() });

/**
 * Small private records of other rooms, by kind and key. Each is one JSON value that only its owner understands; one that does
 * not fit its owner's schema counts as absent and is named in the log.
 */
export class Documents {
  readonly #database: Database;
  readonly #log: Log;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  get<S extends z.ZodType>(schema: S, kind: string, key: string): z.output<S> | undefined {
    const sql = 'SELECT key, value FROM documents WHERE kind = ? AND key = ?';
    const found = this.#database.get(row, sql, kind, key);
    return found === undefined ? undefined : this.#read(schema, kind, found);
  }

  put(kind: string, key: string, value: unknown): void {
    const sql = 'INSERT OR REPLACE INTO documents (kind, key, value) VALUES (?, ?, ?)';
    this.#database.run(sql, kind, key, JSON.stringify(value));
  }

  delete(kind: string, key: string): void {
    this.#database.run('DELETE FROM documents WHERE kind = ? AND key = ?', kind, key);
  }

  list<S extends z.ZodType>(schema: S, kind: string): { key: string; value: z.output<S> }[] {
    return this.#database
      .all(row, 'SELECT key, value FROM documents WHERE kind = ? ORDER BY key', kind)
      .flatMap((found) => {
        const value = this.#read(schema, kind, found);
        return value === undefined ? [] : [{ key: found.key, value }];
      });
  }

  #read<S extends z.ZodType>(schema: S, kind: string, found: z.output<typeof row>): z.output<S> | undefined {
    const value = parseJson(schema, found.value);
    if (value === undefined) this.#log.warn('A stored document cannot be read', { kind, key: found.key });
    return value;
  }
}
