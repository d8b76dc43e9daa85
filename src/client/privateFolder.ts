import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { EngineError } from './engineError.ts';

/**
 * Rejects with `config-invalid` when a folder, or the one it stands in, could be another user's trap: whoever owns the engine's
 * socket gets to hear the user's credentials. A folder that is not there yet is fine.
 */
export async function checkPrivate(folder: string): Promise<void> {
  const own = process.getuid?.();
  if (own === undefined) return;
  for (const checked of [folder, path.dirname(folder)]) {
    const found = await lstat(checked).catch(() => undefined);
    if (found !== undefined && (!found.isDirectory() || found.uid !== own || (found.mode & 0o022) !== 0))
      throw EngineError.of(
        'config-invalid',
        `The folder ${checked} must be yours and writable by nobody else: correct its owner and mode, or remove it.`,
      );
  }
}
