import { closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { FlotillaError } from '../base/errors.ts';
import { Database, DatabaseError } from './database.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** Where a file that could not be read was moved to; a fresh one was made in its place. */
  readonly setAside?: string | undefined;
}

/**
 * Opens the store's file at the newest schema version. A damaged file is set aside and replaced; one written by a newer
 * Flotilla is left alone and rejected with `engine-too-old`.
 */
export function openDatabase(file: string, migrations: readonly string[]): OpenedDatabase {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    return { database: openChecked(file, migrations) };
  } catch (error) {
    if (!(error instanceof DatabaseError && error.reason === 'corrupt')) throw error;
  }
  const setAside = moveAway(file);
  return { database: openChecked(file, migrations), setAside };
}

function openChecked(file: string, migrations: readonly string[]): Database {
  // The journal files beside it inherit its mode.
  closeSync(openSync(file, 'a', 0o600));
  const database = new Database(file);
  try {
    // NORMAL: a killed engine loses nothing, as what was written is with the kernel; a power cut may lose the last moments but
    // never the file.
    database.execute('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    migrate(database, migrations);
    checkUnlessClosed(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const version = z.object({ user_version: z.number() });

function migrate(database: Database, migrations: readonly string[]): void {
  const found = database.get(version, 'PRAGMA user_version')?.user_version ?? 0;
  if (found > migrations.length)
    throw new FlotillaError(
      'engine-too-old',
      "Flotilla's data was written by a newer version: update Flotilla, or stop the newer one and use it there.",
      { detail: `the data has version ${found}, this Flotilla knows up to ${migrations.length}` },
    );
  migrations.slice(found).forEach((step, index) => {
    database.transaction(() => {
      database.execute(step);
      database.execute(`PRAGMA user_version = ${found + index + 1}`);
    });
  });
}

/** Reads the whole file once when the last engine did not close it: a crash of the machine is what damages files. */
function checkUnlessClosed(database: Database): void {
  const closed = database.get(z.object({ value: z.number() }), "SELECT value FROM facts WHERE key = 'closed'");
  if (closed?.value !== 1) {
    const result = database.get(z.object({ quick_check: z.string() }), 'PRAGMA quick_check(1)')?.quick_check;
    if (result !== 'ok') throw new DatabaseError('corrupt', new Error(`quick_check: ${result ?? 'no answer'}`));
  }
  database.run("INSERT OR REPLACE INTO facts VALUES ('closed', 0)");
}

function moveAway(file: string): string {
  const target = `${file}.corrupt-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  return target;
}
