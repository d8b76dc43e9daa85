import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { runHostGit } from './hostProcess.ts';
import { removeLeftovers } from './leftovers.ts';
import { ownRepository } from './ownRepositories.ts';

/** Mirrors that this engine has looked over since it started. */
const healed = new Set<string>();

/** `preciousObjects` keeps prune and `repack -d` away even from a user who runs them by hand. */
const settings = `
[core]
	repositoryFormatVersion = 1
	sharedRepository = 0644
	logAllRefUpdates = false
[extensions]
	preciousObjects = true
[gc]
	auto = 0
[maintenance]
	auto = false
[fetch]
	writeCommitGraph = true
`;

/**
 * Makes an empty mirror in one step, so that a crash leaves a whole one or none, and takes away what a crash during a fetch left. One that
 * git no longer recognises is made anew round its objects, which sessions borrow from where they are; the rest of it is put aside.
 */
export async function prepareMirror(folder: string, signal: AbortSignal): Promise<void> {
  if (!existsSync(folder)) await rename(await makeHalf(folder, signal), folder);
  else if (!(await isRepository(folder, signal))) await renew(folder, signal);
  else if (!healed.has(folder)) await removeLeftovers(folder);
  healed.add(folder);
  ownRepository(folder);
}

async function isRepository(folder: string, signal: AbortSignal): Promise<boolean> {
  if (healed.has(folder)) return existsSync(path.join(folder, 'HEAD'));
  const { exitCode } = await runHostGit(
    { folder, args: ['rev-parse', '--resolve-git-dir', '.'], answers: [128] },
    signal,
  );
  return exitCode === 0;
}

/** Answers where it is. */
async function makeHalf(folder: string, signal: AbortSignal): Promise<string> {
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
  const half = `${folder}.making`;
  await rm(half, { recursive: true, force: true });
  await runHostGit({ args: ['init', '--bare', '--quiet', '--template=', '--shared=0644', '--', half] }, signal);
  await appendFile(path.join(half, 'config'), settings);
  return half;
}

/** HEAD comes last: without it git takes a folder for no repository, so that a crash in the middle is mended by the next time. */
async function renew(folder: string, signal: AbortSignal): Promise<void> {
  const half = await makeHalf(folder, signal);
  const aside = `${folder}.broken-${Date.now()}`;
  await mkdir(aside, { mode: 0o700 });
  for (const name of await readdir(folder)) if (name !== 'objects') await move(name, folder, aside);
  if (!existsSync(path.join(folder, 'objects'))) await move('objects', half, folder);
  const names = (await readdir(half)).filter((name) => name !== 'objects' && name !== 'HEAD');
  for (const name of [...names, 'HEAD']) await move(name, half, folder);
  await rm(half, { recursive: true, force: true });
}

const move = (name: string, from: string, to: string): Promise<void> =>
  rename(path.join(from, name), path.join(to, name));
