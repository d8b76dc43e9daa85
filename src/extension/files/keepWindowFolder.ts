import * as vscode from 'vscode';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { fileUri } from './fileUri.ts';
import { windowFile } from './windowFile.ts';

/** How long VS Code may take to show the folder of a window, in milliseconds. */
const showsWithinMs = 2000;

/**
 * The window that `openFolder` opens comes up without its folder now and then where VS Code runs on a server: it had looked for it before
 * this extension could answer, and does not look again. Then the folder is added to it.
 */
export function keepWindowFolder({ context, model }: Pick<Parts, 'context' | 'model'>): vscode.Disposable {
  const session = sessionOfWindow(context);
  if (session === undefined) return new vscode.Disposable(() => undefined);
  const timer = setTimeout(() => {
    if ((vscode.workspace.workspaceFolders ?? []).length > 0) return;
    const name = oneLine(model.get(session)?.name ?? session, 80);
    vscode.workspace.updateWorkspaceFolders(0, 0, { uri: fileUri({ session, path: '' }), name });
  }, showsWithinMs);
  return new vscode.Disposable(() => {
    clearTimeout(timer);
  });
}

/** The session whose files this window was opened for. */
function sessionOfWindow(context: vscode.ExtensionContext): string | undefined {
  const path = vscode.workspace.workspaceFile?.path ?? '';
  const [, id] = /\/([a-z0-9]+)\.code-workspace$/.exec(path) ?? [];
  return id !== undefined && windowFile(context, id).path === path ? id : undefined;
}
