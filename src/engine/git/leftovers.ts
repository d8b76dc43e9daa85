import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Takes away what a crash left in a bare repository. Only this engine works on its repositories, so right after its start a lock or an
 * unfinished pack belongs to nobody, and would keep every later writer out.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const packs = await readdir(path.join(folder, 'objects/pack')).catch(() => []);
  const unfinished = packs.filter((name) => name.startsWith('tmp_') || name.endsWith('.lock'));
  await remove(unfinished.map((name) => path.join(folder, 'objects/pack', name)));
  await removeLocks(folder);
}

/** Takes away the locks of refs and of what git notes about objects, while no git of the engine writes any. */
export async function removeLocks(folder: string): Promise<void> {
  const below = async (name: string): Promise<string[]> => {
    const found = await readdir(path.join(folder, name), { recursive: true, withFileTypes: true }).catch(() => []);
    return found.filter(isLock).map((entry) => path.join(entry.parentPath, entry.name));
  };
  const top = (await readdir(folder, { withFileTypes: true })).filter(isLock);
  await remove([
    ...top.map(({ name }) => path.join(folder, name)),
    ...(await below('refs')),
    ...(await below('objects/info')),
  ]);
}

/** `packed-refs.new` is written under its lock, and not written anew where it is. */
const isLock = (entry: { readonly name: string; isFile(): boolean }): boolean =>
  entry.isFile() && (entry.name.endsWith('.lock') || entry.name === 'packed-refs.new');

const remove = (files: readonly string[]): Promise<unknown> =>
  Promise.all(files.map((file) => rm(file, { force: true })));
