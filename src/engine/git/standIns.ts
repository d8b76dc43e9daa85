import { mergeBases } from './mergeBases.ts';
import type { MergePair, MergeRoom } from './mergeRoom.ts';

/** Merge bases that are heeded. Honest histories have one, and two or three where branches were merged crosswise. */
const maxBases = 8;

/**
 * Stand-ins for two commits of a real history, which merge as those do. Git would put several merge bases together by merging them first, and
 * theirs before: whatever trees a session has put there, as deep as it likes. Here that goes one step, with trees that have been looked at.
 * Rejects with `limit-reached`.
 */
export async function standIns(
  room: MergeRoom,
  ours: string,
  theirs: string,
): Promise<Pick<MergePair, 'ours' | 'theirs'>> {
  const bases = (await room.git(mergeBases(['--all', ours, theirs]))).slice(0, maxBases);
  const roots = bases.length > 1 ? (await room.git(mergeBases(['--octopus', ...bases]))).slice(0, 1) : [];
  const all = [ours, theirs, ...bases, ...roots];
  const trees = new Map(await Promise.all(all.map(async (id) => [id, await room.treeOf(id)] as const)));
  await room.sizes.require(trees.values());
  const write = (id: string, parents: readonly string[], note: string): string =>
    room.folder.objects.writeCommit(trees.get(id) ?? '', parents, note);
  const first = roots.map((id) => write(id, [], 'root'));
  const parents = bases.map((id, at) => write(id, first, `base ${at}`));
  return { ours: write(ours, parents, 'ours'), theirs: write(theirs, parents, 'theirs') };
}
