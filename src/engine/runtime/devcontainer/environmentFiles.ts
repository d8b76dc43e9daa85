import path from 'node:path';
import { FlotillaError } from '../../base/errors.ts';
import type { EnvironmentFile } from '../contract.ts';
import { archive, type ArchiveEntry } from './archive.ts';
import type { Docker } from './docker.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What `id -u; id -g` says. */
export function parseOwner(text: string): Owner {
  const [, uid, gid] = /^(\d{1,10})\n(\d{1,10})\n$/.exec(text) ?? [];
  if (uid === undefined || gid === undefined)
    throw new FlotillaError('image-lacks', 'The image has no working "id". Choose one with coreutils or busybox.');
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Puts files into a container, running or not. Folders that are missing are made for the owner; those that exist keep owner and mode,
 * which is why each file is unpacked in the lowest folder of its path that exists. What is mounted read-only stays as it is.
 */
export async function putFiles(
  docker: Docker,
  container: string,
  files: readonly EnvironmentFile[],
  options: { owner: Owner; signal?: AbortSignal | undefined },
): Promise<void> {
  const { owner, signal } = options;
  const bases = new Map<string, Map<string, ArchiveEntry>>();
  const known = new Map<string, boolean>();
  for (const file of files) {
    const folders = parentsOf(file.path);
    const base = await lowestExisting(folders, async (folder) => {
      const exists = known.get(folder) ?? (await docker.has(container, folder, signal));
      known.set(folder, exists);
      return exists;
    });
    const entries = bases.get(base) ?? new Map<string, ArchiveEntry>();
    bases.set(base, entries);
    for (const folder of folders.slice(0, folders.indexOf(base)).reverse())
      entries.set(folder, { path: path.posix.relative(base, folder), mode: 0o700, ...owner });
    const { content, mode = 0o600 } = file;
    entries.set(file.path, { path: path.posix.relative(base, file.path), content, mode, ...owner });
  }
  for (const [base, entries] of bases)
    await docker.putArchive(container, base, await archive([...entries.values()]), signal);
}

/** From the file's own folder up to the root. */
function parentsOf(file: string): string[] {
  const normal = path.posix.normalize(file);
  if (!normal.startsWith('/') || normal !== file) throw new Error(`not a plain absolute path: ${file}`);
  const folders: string[] = [];
  let folder = path.posix.dirname(normal);
  while (folder !== '/') {
    folders.push(folder);
    folder = path.posix.dirname(folder);
  }
  return [...folders, '/'];
}

async function lowestExisting(folders: string[], exists: (folder: string) => Promise<boolean>): Promise<string> {
  for (const folder of folders) if (folder === '/' || (await exists(folder))) return folder;
  return '/';
}
