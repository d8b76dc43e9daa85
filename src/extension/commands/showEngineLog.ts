import * as vscode from 'vscode';
import { EngineError } from '../../client/engineError.ts';
import type { EngineConnection } from '../engineConnection.ts';

/** Opens the engine's log in an editor. */
export async function showEngineLog({ connection }: { readonly connection: EngineConnection }): Promise<void> {
  const file = vscode.Uri.file(connection.logFile);
  try {
    await vscode.workspace.fs.stat(file);
  } catch {
    throw EngineError.of('engine-unreachable', 'There is no log yet: no engine has run.');
  }
  await vscode.window.showTextDocument(file, { preview: true });
}
