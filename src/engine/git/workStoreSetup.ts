import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runHostGit } from './hostProcess.ts';
import { removeLeftovers } from './leftovers.ts';
import { ownRepository } from './ownRepositories.ts';
import { tidyWorkStore } from './tidy.ts';

const settings = `
[core]
	logAllRefUpdates = false
	filesRefLockTimeout = 5000
	packedRefsTimeout = 5000
[transfer]
	fsckObjects = true
[fetch]
	fsckObjects = true
# Harmless flaws of old tools that real histories have.
[fetch "fsck"]
	zeroPaddedFilemode = warn
	badTimezone = warn
	missingSpaceBeforeDate = warn
	zeroPaddedDate = warn
[gc]
	auto = 0
[maintenance]
	auto = false
`;

const prepared = new Map<string, Promise<void>>();

/** Makes the store in one step, closed to other users, and joins it to the mirror's objects. Once for each store in the engine's life. */
export async function prepareWorkStore(folder: string, mirrorObjects: string): Promise<void> {
  const known = prepared.get(folder);
  if (known !== undefined) {
    await known;
    if (existsSync(folder)) return;
    // Somebody deleted it meanwhile; whoever comes first makes it again.
    if (prepared.get(folder) !== known) return prepareWorkStore(folder, mirrorObjects);
  }
  const made = make(folder, mirrorObjects);
  prepared.set(folder, made);
  try {
    await made;
  } catch (error) {
    if (prepared.get(folder) === made) prepared.delete(folder);
    throw error;
  }
}

/** Takes no signal: several callers may wait for it, and it rarely takes more than a moment. */
async function make(folder: string, mirrorObjects: string): Promise<void> {
  if (!existsSync(folder)) {
    await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
    const half = `${folder}.making`;
    await rm(half, { recursive: true, force: true });
    await mkdir(half, { mode: 0o700 });
    await runHostGit({ args: ['init', '--bare', '--quiet', '--template=', '--', half] });
    await appendFile(path.join(half, 'config'), settings);
    await mkdir(path.join(half, 'objects/info'), { recursive: true });
    await rename(half, folder);
  } else await removeLeftovers(folder);
  ownRepository(folder);
  await borrow(folder, mirrorObjects);
  await tidyWorkStore(folder, 'all');
}

async function borrow(folder: string, mirrorObjects: string): Promise<void> {
  const file = path.join(folder, 'objects/info/alternates');
  const wanted = `${mirrorObjects}\n`;
  if ((await readFile(file, 'utf8').catch(() => '')) !== wanted) await writeFile(file, wanted);
}
