import * as vscode from 'vscode';
import { isConfirmed } from '../model/confirmation.ts';
import { withProgress } from '../progress.ts';
import type { SessionCommand } from './sessionCommand.ts';

/** A session that only starts is cancelled without a question: nothing is in it yet. */
export const cancelSession: SessionCommand = {
  title: 'Cancel Session',
  action: 'cancel',
  run: async ({ id, name, environment }, client, more) => {
    if (environment !== undefined && !isConfirmed(more) && !(await confirm(name))) return;
    await withProgress(`Cancelling ${name}`, () => client.call('session.cancel', { session: id }), false);
  },
};

async function confirm(name: string): Promise<boolean> {
  const yes = 'Cancel Session';
  const detail = 'Its work comes home first and its record stays, but its container is removed: it can not be resumed.';
  return (await vscode.window.showWarningMessage(`Cancel "${name}"?`, { modal: true, detail }, yes)) === yes;
}
