import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { GitError } from './gitError.ts';
import { runHostGit } from './hostProcess.ts';

/** Every homecoming leaves a pack, since objects are checked as they come; more than these make lookups slow. */
const maxPacks = 50;
const running = new Set<string>();

/**
 * Puts the packs of a work store together when there are too many. `all` also drops what no ref reaches any more, and is only for a
 * moment when nothing is received: what has just come has no ref yet.
 */
export async function tidyWorkStore(folder: string, what: 'all' | 'packs', signal?: AbortSignal): Promise<void> {
  const names = await readdir(path.join(folder, 'objects/pack'));
  if (running.has(folder) || names.filter((name) => name.endsWith('.pack')).length <= maxPacks) return;
  running.add(folder);
  try {
    const args = ['repack', '-a', '-d', '-l', '-q', ...(what === 'packs' ? ['--keep-unreachable'] : [])];
    await runHostGit({ folder, args }, signal);
  } catch (error) {
    // The store is as good as before; the next homecoming tries again.
    if (!(error instanceof GitError)) throw error;
  } finally {
    running.delete(folder);
  }
}
