import { FlotillaError } from '../base/errors.ts';
import { startHostGit } from './hostProcess.ts';

/** Entries of a tree, and bytes of their names, that git may go through on the host; more than any real project has. */
const most = { entries: 2_000_000, bytes: 512 * 1024 * 1024 } as const;
const timeoutMs = 60_000;
/** Trees and commits that were found to be fine; what an id stands for never changes. */
const known = new Set<string>();
const mostKnown = 2000;

/**
 * Refuses a commit or tree of a session with a number of files that can't be: a few kilobytes of trees that name each other many times hold
 * billions, and a diff of them would take all of the host's memory. Listing is cheap, and ends at the limit. Rejects with `limit-reached`.
 */
export async function requireWalkable(
  folder: string,
  ids: readonly string[],
  signal?: AbortSignal,
  limit: { readonly entries: number; readonly bytes: number } = most,
): Promise<void> {
  for (const id of ids.filter((one) => !known.has(one))) {
    if (!(await isWalkable(folder, id, limit, signal))) throw tooMany(limit.entries);
    if (known.size >= mostKnown) known.clear();
    known.add(id);
  }
}

async function isWalkable(
  folder: string,
  id: string,
  limit: { readonly entries: number; readonly bytes: number },
  signal?: AbortSignal,
): Promise<boolean> {
  // Folders too: a bomb may be made of empty ones.
  const args = ['ls-tree', '-r', '-t', '-z', '--name-only', id, '--'];
  const git = startHostGit({ folder, args, timeoutMs }, 0, signal);
  git.stdin.end();
  git.stderr.resume();
  const seen = { entries: 0, bytes: 0 };
  const isFine = (): boolean => seen.entries <= limit.entries && seen.bytes <= limit.bytes;
  for await (const chunk of git.stdout as AsyncIterable<Buffer>) {
    if (!isFine()) continue;
    seen.bytes += chunk.length;
    for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, at + 1)) seen.entries += 1;
    if (!isFine()) git.kill();
  }
  const { timedOut } = await git.ended;
  return isFine() && !timedOut;
}

const tooMany = (entries: number): FlotillaError =>
  new FlotillaError(
    'limit-reached',
    `The session's commit has more than ${entries} files and folders and is not compared. Its objects are safe; take such a tree out of the branch.`,
  );
