import * as vscode from 'vscode';

/** The workspace file of the window with a session's files. */
export const windowFile = ({ globalStorageUri }: vscode.ExtensionContext, session: string): vscode.Uri =>
  vscode.Uri.joinPath(globalStorageUri, 'windows', `${session}.code-workspace`);
