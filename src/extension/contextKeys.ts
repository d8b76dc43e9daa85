import * as vscode from 'vscode';
import { CoalescedCall } from './model/coalescedCall.ts';
import { allActions, can } from './model/actions.ts';
import { ids } from './ids.ts';
import type { Parts } from './parts.ts';

const set = new Map<string, unknown>();

/** Sets a key for the conditions in package.json; the one way to do so. */
export function setContext(key: string, value: string | boolean): void {
  if (set.get(key) === value) return;
  set.set(key, value);
  void vscode.commands.executeCommand('setContext', key, value);
}

/** Says keys once more: a walkthrough that was not there when they were set first does not see them otherwise. */
export async function repeatContext(...keys: string[]): Promise<void> {
  for (const key of keys) {
    await vscode.commands.executeCommand('setContext', key, undefined);
    await vscode.commands.executeCommand('setContext', key, set.get(key));
  }
}

/** Keeps the keys that follow from the sessions: which commands make sense for any of them. */
export function registerContextKeys({ model }: Pick<Parts, 'model'>): vscode.Disposable {
  const update = new CoalescedCall(() => {
    const { sessions, engine } = model;
    setContext(ids.context.engine, engine.kind);
    setContext(ids.context.isEmpty, sessions.length === 0);
    setContext(ids.context.hasSessions, sessions.length > 0);
    for (const action of allActions)
      setContext(
        `${ids.context.can}.${action}`,
        sessions.some((session) => can(session, action)),
      );
  }, 50);
  update.now();
  return vscode.Disposable.from(
    model.onChange(() => update.soon()),
    update,
  );
}
