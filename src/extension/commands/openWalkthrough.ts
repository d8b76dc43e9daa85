import * as vscode from 'vscode';
import { repeatContext } from '../contextKeys.ts';
import { ids } from '../ids.ts';

/** Opens the walkthrough with the steps ticked that are done. */
export async function openWalkthrough(extensionId: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extensionId}#${ids.walkthrough}`);
  const { hasCredentials, hasSessions, isSystemOk } = ids.context;
  await repeatContext(hasCredentials, hasSessions, isSystemOk);
}
