import * as vscode from 'vscode';
import { ids } from '../ids.ts';
import { withViewProgress } from '../progress.ts';
import { requireTrust } from '../trust.ts';
import type { SessionCommand } from './sessionCommand.ts';

/** Claude's conversation goes on in its own interface, and the person with it. */
export const takeOverSession: SessionCommand = {
  title: 'Take Over in Terminal',
  action: 'takeOver',
  run: async ({ id }, client) => {
    requireTrust();
    await withViewProgress(ids.view.sessions, () =>
      client.call('session.resume', { session: id, mode: 'interactive' }),
    );
    await vscode.commands.executeCommand(ids.command.openSession, id);
  },
};
