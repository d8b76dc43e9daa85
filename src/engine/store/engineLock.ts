import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Closable } from '../base/lifecycle.ts';
import { Database, DatabaseError } from './database.ts';

/** Of several that ask at the same moment each may be refused for another: they ask again until one of them is the owner, for so long. */
const contestMs = 3000;
/** How long one question waits for who stands in its way. */
const waitMs = 20;

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
  const database = new Database(file, waitMs);
  for (const end = performance.now() + contestMs; !begins(database);) {
    if (!hasOwner(folder) && performance.now() < end) continue;
    database.close();
    return undefined;
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

function begins(database: Database): boolean {
  try {
    database.execute('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.reason === 'busy') return false;
    database.close();
    throw error;
  }
}

function hasOwner(folder: string): boolean {
  const pid = lockOwner(folder);
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
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
