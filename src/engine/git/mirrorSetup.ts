import { existsSync } from 'node:fs';
import { appendFile, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { runHostGit } from './hostProcess.ts';
import { removeLeftovers } from './leftovers.ts';

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
 * Makes an empty mirror in one step, so that a crash leaves a whole one or none, and takes away what a crash during a fetch left. A mirror
 * that git no longer recognises is put aside under another name: sessions may still borrow its objects.
 */
export async function prepareMirror(folder: string, signal: AbortSignal): Promise<void> {
  if (existsSync(folder) && !(await isRepository(folder, signal)))
    await rename(folder, `${folder}.broken-${Date.now()}`);
  if (!existsSync(folder)) await make(folder, signal);
  else if (!healed.has(folder)) await removeLeftovers(folder);
  healed.add(folder);
}

async function isRepository(folder: string, signal: AbortSignal): Promise<boolean> {
  if (healed.has(folder)) return existsSync(path.join(folder, 'HEAD'));
  const { exitCode } = await runHostGit(
    { folder, args: ['rev-parse', '--resolve-git-dir', '.'], answers: [128] },
    signal,
  );
  return exitCode === 0;
}

async function make(folder: string, signal: AbortSignal): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
  const half = `${folder}.making`;
  await rm(half, { recursive: true, force: true });
  await runHostGit({ args: ['init', '--bare', '--quiet', '--template=', '--shared=0644', '--', half] }, signal);
  await appendFile(path.join(half, 'config'), settings);
  await rename(half, folder);
}
