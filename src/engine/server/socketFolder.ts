import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { FlotillaError } from '../base/errors.ts';

/** Bytes that a Unix socket's path may have on every system, without the closing zero (104 on macOS, 108 on Linux). */
const longestPath = 103;

/**
 * Makes the place for the engine's socket: a folder that only this user can open, without a socket of an engine that is gone.
 * Call it only while holding the engine's lock. Rejects with `config-invalid` when the place can't be used.
 */
export async function prepareSocketFolder(socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > longestPath)
    throw new FlotillaError(
      'config-invalid',
      `The path of the engine's socket is longer than ${longestPath} bytes: set FLOTILLA_HOME to a shorter folder.`,
      { detail: socketPath },
    );
  const folder = path.dirname(socketPath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Whoever owns the folder above could put another one in its place.
  for (const owned of [path.dirname(folder), folder]) await checkOwner(owned);
  await chmod(folder, 0o700);
  await rm(socketPath, { force: true });
}

async function checkOwner(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid()))
    throw new FlotillaError('config-invalid', `The folder ${folder} belongs to somebody else: remove it.`);
}
