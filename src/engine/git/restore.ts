import type { LinkedWorkTree, LocalTag } from './checkpoint.ts';
import { inside, type InsideCommand } from './inside.ts';

export interface Restore {
  readonly workspace: string;
  readonly sessionId: string;
  /** The newest checkpoint's number, when there is one. */
  readonly checkpoint: number | undefined;
  /** Linked work trees that held something: each becomes a stash. */
  readonly workTrees?: readonly LinkedWorkTree[] | undefined;
  /** Tags that hold what no branch has: they become tags again. */
  readonly tags?: readonly LocalTag[] | undefined;
  readonly tools?: string | undefined;
}

/**
 * Puts what came home of a session into a freshly filled workspace (media/tools/restore.sh), with `WorkStore.send` at the other end of its
 * streams: branches, what was stashed away, tags, and the uncommitted work of the newest checkpoint.
 */
export const restoreCommand = (restore: Restore): InsideCommand => [
  'sh',
  `${restore.tools ?? inside.tools}/restore.sh`,
  restore.workspace,
  restore.sessionId,
  String(restore.checkpoint ?? ''),
  ...(restore.workTrees ?? []).map(({ name, commit }) => `worktrees/${name}/${commit}`),
  ...(restore.tags ?? []).map(({ name, object }) => `tags/${object}/${name}`),
];
