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

/** Takes keys away while something is done, then sets them again: whoever looks for a change of theirs sees one. */
export async function withoutContext(keys: readonly string[], work: () => Promise<unknown>): Promise<void> {
  const setAll = (value: (key: string) => unknown): Promise<unknown> =>
    Promise.all(keys.map((key) => vscode.commands.executeCommand('setContext', key, value(key))));
  await setAll(() => undefined);
  try {
    await work();
  } finally {
    await setAll((key) => set.get(key));
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
