import * as vscode from 'vscode';
import type { SessionCommand } from './sessionCommand.ts';

export const copyBranch: SessionCommand = {
  title: 'Copy Branch Name',
  run: async ({ branch }) => {
    await vscode.env.clipboard.writeText(branch);
    vscode.window.setStatusBarMessage(`Copied ${branch}`, 3000);
  },
};
