import * as vscode from 'vscode';
import { ids } from '../ids.ts';
import { openWebPage } from '../openWebPage.ts';
import { readSetting } from '../settings.ts';

/**
 * Opens a link that a program in a session showed. Only web addresses, only where the person lets it, and VS Code asks about sites that
 * are not trusted yet.
 */
export async function openLink(url: string): Promise<void> {
  if (readSetting(ids.setting.terminalLinks)) await openWebPage(url);
}

/** Lets a program in a session write to the clipboard, where the person allowed it and is looking at it. */
export async function writeClipboard(text: string, isLookedAt: boolean): Promise<void> {
  if (isLookedAt && readSetting(ids.setting.terminalClipboard)) await vscode.env.clipboard.writeText(text);
}
