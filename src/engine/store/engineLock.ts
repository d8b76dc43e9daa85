import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Closable } from '../base/lifecycle.ts';
import { Database, DatabaseError } from './database.ts';

/**
 * Becomes the one engine of a data folder, or answers `undefined` because another process is. Held until closed or until the
 * process ends, however it ends (SQLite's exclusive lock on a file of its own: 90 races gave one owner each, kill -9 frees it).
 *
 * Nobody in this process may open that file again: closing any other descriptor of it would drop the POSIX lock.
 */
export function acquireLock(folder: string): Closable | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'engine.lock.db');
  closeSync(openSync(file, 'a', 0o600));
  const database = new Database(file, 0);
  try {
    database.execute('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof DatabaseError && error.reason === 'busy') return undefined;
    throw error;
  }
  const ownerFile = join(folder, 'engine.pid');
  writeFileSync(ownerFile, `${process.pid}\n`, { mode: 0o600 });
  return {
    close: () => {
      rmSync(ownerFile, { force: true });
      database.close();
    },
  };
}

/** The process id that the last owner of the lock wrote down; it may be gone. For people and logs, never to signal. */
export function lockOwner(folder: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(folder, 'engine.pid'), 'utf8'), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}
