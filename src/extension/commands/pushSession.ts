import * as vscode from 'vscode';
import { oneLine } from '../model/oneLine.ts';
import { withProgress } from '../progress.ts';
import { requireTrust } from '../trust.ts';
import type { SessionCommand } from './sessionCommand.ts';

export const pushSession: SessionCommand = {
  title: 'Push Branch',
  action: 'push',
  run: async ({ id, branch }, client) => {
    requireTrust();
    const pushed = await withProgress(`Pushing ${branch}`, ({ signal }) =>
      client.call('session.push', { session: id }, { signal }),
    );
    const where = `${oneLine(pushed.branch, 200)} on ${oneLine(pushed.remote, 200)}`;
    const text = pushed.upToDate ? `Already up to date: ${where}` : `Pushed ${pushed.commit.slice(0, 9)} to ${where}`;
    void vscode.window.showInformationMessage(text);
    return pushed.commit;
  },
};
