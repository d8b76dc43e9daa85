import * as vscode from 'vscode';
import { requireTrust } from '../trust.ts';
import type { SessionCommand } from './sessionCommand.ts';

/** Goes on in the same mode. An autonomous session that has finished may be told what comes next. */
export const resumeSession: SessionCommand = {
  title: 'Resume Session',
  action: 'resume',
  run: async ({ id, name, mode, state }, client, more) => {
    requireTrust();
    const asks = mode === 'autonomous' && state === 'completed' && typeof more !== 'string';
    const prompt = asks ? await askNext(name) : more;
    if (asks && prompt === undefined) return;
    const isGiven = typeof prompt === 'string' && prompt.trim() !== '';
    await client.call('session.resume', { session: id, ...(isGiven ? { prompt } : {}) });
  },
};

const askNext = (name: string): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: `Resume ${name}`,
    prompt: 'What should Claude do next? Leave it empty to just go on.',
    ignoreFocusOut: true,
  });
