import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { withoutContext } from '../contextKeys.ts';
import { ids } from '../ids.ts';

/** So long VS Code may take to read a walkthrough that it shows for the first time, in milliseconds. */
const readingMs = 500;

/**
 * Opens the walkthrough with the steps ticked that are done. VS Code (1.139) never ticks a step whose key was true already when it read
 * the walkthrough: it only looks for changes.
 */
export async function openWalkthrough(extensionId: string): Promise<void> {
  const { hasCredentials, hasSessions, isSystemOk } = ids.context;
  await withoutContext([hasCredentials, hasSessions, isSystemOk], async () => {
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extensionId}#${ids.walkthrough}`);
    await sleep(readingMs);
  });
}
