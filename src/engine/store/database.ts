import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { z } from 'zod';
import { FlotillaError } from '../base/errors.ts';
import type { Closable } from '../base/lifecycle.ts';

/** What SQLite refused, in the words the store decides on. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly reason: 'corrupt' | 'busy' | 'other';

  constructor(reason: DatabaseError['reason'], cause: Error) {
    super(cause.message, { cause });
    this.reason = reason;
  }
}

/**
 * The engine's one door to SQLite. Everything is synchronous, so between two statements of one function nothing else runs.
 * Statements are prepared once and kept; rows are checked against a schema as they come out.
 */
export class Database implements Closable {
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #afterCommit: (() => void)[] = [];

  /** Opens or creates a file; waits up to `busyMs` milliseconds where another process holds a lock. */
  constructor(file: string, busyMs = 5000) {
    this.#sqlite = guarded(() => new DatabaseSync(file, { timeout: busyMs, enableForeignKeyConstraints: true }));
  }

  /** Runs SQL text without parameters, any number of statements. */
  execute(sql: string): void {
    guarded(() => this.#sqlite.exec(sql));
  }

  /** Runs one changing statement; answers how many rows it changed and the id of the newest row. */
  run(sql: string, ...values: SQLInputValue[]): { changes: number; lastId: number } {
    const result = guarded(() => this.#statement(sql).run(...values));
    return { changes: Number(result.changes), lastId: Number(result.lastInsertRowid) };
  }

  all<S extends z.ZodType>(row: S, sql: string, ...values: SQLInputValue[]): z.output<S>[] {
    return guarded(() => this.#statement(sql).all(...values)).map((found) => row.parse(found));
  }

  get<S extends z.ZodType>(row: S, sql: string, ...values: SQLInputValue[]): z.output<S> | undefined {
    const found = guarded(() => this.#statement(sql).get(...values));
    return found === undefined ? undefined : row.parse(found);
  }

  /** All or nothing. A transaction inside another one joins it. */
  transaction<T>(work: () => T): T {
    if (this.#isInTransaction()) return work();
    this.execute('BEGIN IMMEDIATE');
    let result: T;
    try {
      result = work();
      this.execute('COMMIT');
    } catch (error) {
      this.#afterCommit = [];
      // A full disk rolls back by itself.
      if (this.#isInTransaction()) this.execute('ROLLBACK');
      throw error;
    }
    const due = this.#afterCommit;
    this.#afterCommit = [];
    for (const act of due) act();
    return result;
  }

  /** Does something once what is being written is stored: at once outside a transaction, never when it is rolled back. */
  afterCommit(act: () => void): void {
    if (this.#isInTransaction()) this.#afterCommit.push(act);
    else act();
  }

  close(): void {
    this.#statements.clear();
    if (this.#sqlite.isOpen) this.#sqlite.close();
  }

  #isInTransaction(): boolean {
    return this.#sqlite.isTransaction;
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#sqlite.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }
}

// Primary result codes of SQLite: https://www.sqlite.org/rescode.html
const codes = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const;

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return error;
  switch (error.errcode & 0xff) {
    case codes.full:
      return new FlotillaError('disk-full', "The disk that holds Flotilla's data is full: make room there.", {
        cause: error,
      });
    case codes.corrupt:
    case codes.notADatabase:
      return new DatabaseError('corrupt', error);
    case codes.busy:
      return new DatabaseError('busy', error);
    default:
      return new DatabaseError('other', error);
  }
}
