import * as vscode from 'vscode';
import { ids } from '../ids.ts';
import { oneLine } from '../model/oneLine.ts';
import type { SessionModel } from '../model/sessionModel.ts';
import { needsUser } from '../model/urgency.ts';

/** Opens the session that needs the user, lets one be picked when there are several, or shows the view when there is none. */
export async function showWaiting(model: SessionModel): Promise<void> {
  const items = model.sessions.flatMap((session) => {
    const why = needsUser(session);
    return why === undefined ? [] : [{ label: session.name, description: oneLine(why, 200), id: session.id }];
  });
  const [first, second] = items;
  if (first === undefined) {
    vscode.window.setStatusBarMessage('No session needs you.', 4000);
    await vscode.commands.executeCommand(`${ids.view.sessions}.focus`);
    return;
  }
  const options = { title: 'Sessions That Need You', matchOnDescription: true };
  const chosen = second === undefined ? first : await vscode.window.showQuickPick(items, options);
  if (chosen !== undefined) await vscode.commands.executeCommand(ids.command.openSession, chosen.id);
}
