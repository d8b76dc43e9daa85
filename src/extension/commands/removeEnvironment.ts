import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import { isConfirmed } from '../model/confirmation.ts';
import { pickEnvironment } from './pickEnvironment.ts';

/** Removes an environment that no session owns, with everything in it, after a question. */
export async function removeEnvironment(client: EngineClient, given: unknown, more: unknown): Promise<void> {
  const sessionId =
    typeof given === 'string' ? given : (await pickEnvironment(client, 'Remove an Environment'))?.sessionId;
  if (sessionId === undefined) return;
  if (!isConfirmed(more) && !(await confirm(sessionId))) return;
  await client.call('orphan.remove', { sessionId });
}

async function confirm(sessionId: string): Promise<boolean> {
  const yes = 'Remove';
  const detail = 'Its containers, volumes and networks are removed, with all work in them.';
  const question = `Remove the environment ${sessionId}?`;
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}
