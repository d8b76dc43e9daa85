import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Takes away what a crash left in a bare repository. Only this engine works on its repositories, so right after its start a lock or an
 * unfinished pack belongs to nobody, and would keep every later writer out.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const refs = await readdir(path.join(folder, 'refs'), { recursive: true, withFileTypes: true });
  const locks = refs.filter((entry) => entry.isFile() && entry.name.endsWith('.lock'));
  const top = (await readdir(folder)).filter((name) => name.endsWith('.lock'));
  const packs = await readdir(path.join(folder, 'objects/pack')).catch(() => []);
  const unfinished = packs.filter((name) => name.startsWith('tmp_') || name.endsWith('.lock'));
  const doomed = [
    ...locks.map((entry) => path.join(entry.parentPath, entry.name)),
    ...top.map((name) => path.join(folder, name)),
    ...unfinished.map((name) => path.join(folder, 'objects/pack', name)),
  ];
  await Promise.all(doomed.map((file) => rm(file, { force: true })));
}
