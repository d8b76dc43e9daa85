import * as vscode from 'vscode';
import type { Landing, PushMode } from '../../protocol/landing.ts';
import { isConfirmed } from '../model/confirmation.ts';
import { oneLine } from '../model/oneLine.ts';

/** Asks before something that can't be taken back silently; the button that was chosen. */
export const ask = <T extends string>(question: string, detail: string, ...choices: T[]): Thenable<T | undefined> =>
  vscode.window.showWarningMessage(question, { modal: true, detail }, ...choices);

/** Whether the person wants to push although nothing has verified it; `more` is what the command was given. */
export async function isUnverifiedWanted({ target }: Landing, more: unknown, push?: PushMode): Promise<boolean> {
  if (isConfirmed(more)) return true;
  const where = push === 'branch' ? "the session's branch" : oneLine(target.branch, 120);
  const detail = `Nothing has verified what would be pushed to ${where}.`;
  return (await ask('Push without a verification that succeeded?', detail, 'Push Unverified')) !== undefined;
}
