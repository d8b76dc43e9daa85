import type * as vscode from 'vscode';
import type { SessionModel } from '../model/sessionModel.ts';
import { needsUser } from '../model/urgency.ts';

/** What the view says beside its rows: how many sessions need the user, and that the engine is away. */
export function showViewState(view: vscode.TreeView<unknown>, { sessions, engine }: SessionModel): void {
  const value = sessions.filter((session) => needsUser(session) !== undefined).length;
  if ((view.badge?.value ?? 0) !== value) {
    const tooltip = `${value} ${value === 1 ? 'session needs' : 'sessions need'} you`;
    view.badge = value === 0 ? undefined : { value, tooltip };
  }
  showAway(view, engine.kind === 'failed' && sessions.length > 0);
}

function showAway(view: vscode.TreeView<unknown>, isAway: boolean): void {
  const message = isAway ? 'The engine can not be reached. This is what was known last.' : '';
  if ((view.message ?? '') !== message) view.message = message;
}
