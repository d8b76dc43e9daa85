import * as vscode from 'vscode';
import type { Parts } from '../parts.ts';
import { fileUri } from './fileUri.ts';

/** Opens all files of a session in a window of their own, with an explorer and without going into the container. */
export async function openFolder({ picker }: Pick<Parts, 'picker'>, given: unknown): Promise<void> {
  const session = await picker.pick(given, undefined, 'Open the Files of a Session in a New Window');
  if (session === undefined) return;
  const uri = fileUri({ session: session.id, path: '' });
  await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
}
