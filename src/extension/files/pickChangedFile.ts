import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import type { ChangedFile } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { oneLine } from '../model/oneLine.ts';

interface Item extends vscode.QuickPickItem {
  readonly file: ChangedFile;
}

/** One of a session's changed files, picked by the person; `undefined` when nobody picked. */
export async function pickChangedFile(client: EngineClient, session: Session): Promise<ChangedFile | undefined> {
  const items = client
    .call('session.diff', { session: session.id, patch: false })
    .then(({ files }) =>
      files.map((file): Item => ({ label: oneLine(file.path, 300), description: file.status, file })),
    );
  const options = { title: `Changes of ${oneLine(session.name, 80)}`, placeHolder: 'Which file?' };
  return (await vscode.window.showQuickPick(items, options))?.file;
}
