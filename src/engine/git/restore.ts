import { inside, type InsideCommand } from './inside.ts';

export interface Restore {
  readonly workspace: string;
  readonly sessionId: string;
  /** The newest checkpoint's number, when there is one. */
  readonly checkpoint: number | undefined;
  readonly tools?: string | undefined;
}

/**
 * Puts what came home of a session into a freshly filled workspace (media/tools/restore.sh), with `WorkStore.send` at the other end of its
 * streams: branches, and the uncommitted work of the newest checkpoint.
 */
export const restoreCommand = ({ workspace, sessionId, checkpoint, tools = inside.tools }: Restore): InsideCommand => [
  'sh',
  `${tools}/restore.sh`,
  workspace,
  sessionId,
  ...(checkpoint === undefined ? [] : [String(checkpoint)]),
];
