import { rm } from 'node:fs/promises';
import path from 'node:path';
import { runHostGit } from './hostProcess.ts';
import { scratchFolder } from './scratchFolder.ts';
import { requireWalkable } from './walkable.ts';

/** A stash-shaped commit keeps its untracked files in a third parent; this puts both together as one tree. */
export async function workTreeOf(folder: string, checkpoint: string, signal?: AbortSignal): Promise<string> {
  const git = async (
    args: readonly string[],
    more: { input?: Buffer; variables?: Record<string, string> } = {},
  ): Promise<Buffer> => (await runHostGit({ folder, args, ...more }, signal)).stdout;
  const [tree = '', ...parents] = (await git(['rev-parse', `${checkpoint}^{tree}`, `${checkpoint}^@`]))
    .toString('utf8')
    .split('\n')
    .slice(0, -1);
  const untracked = parents[2];
  if (untracked === undefined) return tree;
  await requireWalkable(folder, [tree, untracked], signal);
  const scratch = await scratchFolder('index');
  try {
    const variables = { GIT_INDEX_FILE: path.join(scratch, 'index') };
    await git(['read-tree', tree], { variables });
    const entries = await git(['ls-tree', '-r', '-z', '--full-tree', untracked]);
    await git(['update-index', '-z', '--add', '--replace', '--index-info'], { variables, input: entries });
    return (await git(['write-tree'], { variables })).toString('utf8').trim();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
