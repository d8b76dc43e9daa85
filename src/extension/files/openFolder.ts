import * as vscode from 'vscode';
import type { Parts } from '../parts.ts';
import { fileUri } from './fileUri.ts';
import { folderWindow } from './folderWindow.ts';
import { windowFile } from './windowFile.ts';

/**
 * Opens all files of a session in a window of their own, with an explorer and without going into the container. Until the person trusts
 * it, nothing in it runs on this machine.
 */
export async function openFolder(
  { context, picker }: Pick<Parts, 'context' | 'picker'>,
  given: unknown,
): Promise<void> {
  const session = await picker.pick(given, undefined, 'Open the Files of a Session in a New Window');
  if (session === undefined) return;
  const file = windowFile(context, session.id);
  const text = folderWindow(session.name, fileUri({ session: session.id, path: '' }).toString());
  await vscode.workspace.fs.writeFile(file, Buffer.from(text));
  await vscode.commands.executeCommand('vscode.openFolder', file, { forceNewWindow: true });
}
