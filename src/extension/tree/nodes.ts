import type { ChangedFile } from '../../protocol/operations.ts';

/** What stands in the Sessions view. Whatever belongs to a session carries `sessionId`, so that commands know it. */
export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly label: string;
  readonly sessionIds: readonly string[];
}

export interface SessionNode {
  readonly kind: 'session';
  readonly sessionId: string;
}

/** The changed files of a session, or its checkpoints. */
export interface SectionNode {
  readonly kind: 'section';
  readonly section: 'changes' | 'checkpoints';
  readonly sessionId: string;
  readonly children: readonly (FileNode | CheckpointNode)[];
}

export interface FileNode {
  readonly kind: 'file';
  readonly sessionId: string;
  readonly file: ChangedFile;
}

export interface CheckpointNode {
  readonly kind: 'checkpoint';
  readonly sessionId: string;
  readonly label: string;
  /** The checkpoint's commit in the work store. */
  readonly commit: string;
  readonly at: string;
}

/** Words instead of rows: nothing changed, or why it can't be said. */
export interface NoteNode {
  readonly kind: 'note';
  readonly sessionId: string;
  readonly text: string;
}

export type TreeNode = GroupNode | SessionNode | SectionNode | FileNode | CheckpointNode | NoteNode;
