import { existsSync, mkdirSync, opendirSync } from 'node:fs';
import path from 'node:path';
import { EngineError } from './engineError.ts';

/** Makes folders that only this user can open, where they are not there yet. Throws `config-invalid` when one can't be, or `disk-full`. */
export function makeFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      make(folder);
    } catch (error) {
      throw unusable(folder, error);
    }
  }
}

/** Why Flotilla can't keep its data in a folder, for a person. */
export function unusable(folder: string, cause: unknown): EngineError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  if (reason === 'ENOSPC')
    return EngineError.of('disk-full', "The disk that holds Flotilla's data is full: make room there.", { cause });
  return EngineError.of(
    'config-invalid',
    `Flotilla can't keep its data at ${folder} (${reason}). Set FLOTILLA_HOME to a folder of your own that you can write to.`,
    { cause },
  );
}

/**
 * One folder after the other from the first that is there. Node's own `recursive` tries for ever where the system says that the folder above is
 * missing although it stands, as below /proc (seen with Node 24).
 */
function make(folder: string): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !existsSync(at) && at !== path.dirname(at); at = path.dirname(at))
    missing.unshift(at);
  for (const one of missing) {
    try {
      mkdirSync(one, { mode: 0o700 });
    } catch (error) {
      // Another face, or the engine, was quicker.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  // What is there may be a file, or a link that leads nowhere.
  opendirSync(folder).closeSync();
}
