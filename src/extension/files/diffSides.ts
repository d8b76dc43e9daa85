import type * as vscode from 'vscode';
import type { ChangedFile } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { fileUri, revisionUri } from './fileUri.ts';

/** Both sides of one file's change; `undefined` where the file was not, or is no longer. */
export interface DiffSides {
  readonly file: vscode.Uri;
  readonly before: vscode.Uri | undefined;
  readonly after: vscode.Uri | undefined;
}

/** A file at the session's base, and as it is now (to be edited), or as it was at a checkpoint. */
export function diffSides(session: Session, changed: ChangedFile, checkpoint?: string): DiffSides {
  const place = { session: session.id, path: changed.path };
  const base = { which: 'base', commit: session.base.commit } as const;
  const before =
    changed.status === 'added' ? undefined : revisionUri({ ...place, path: changed.from ?? changed.path }, base);
  const now =
    checkpoint === undefined ? fileUri(place) : revisionUri(place, { which: 'checkpoint', commit: checkpoint });
  return { file: fileUri(place), before, after: changed.status === 'deleted' ? undefined : now };
}
