import * as vscode from 'vscode';
import { requireTrust } from '../trust.ts';
import type { SessionCommand } from './sessionCommand.ts';

/** `more` is the message, when whoever ran the command has it already. */
export const sendMessage: SessionCommand = {
  title: 'Send Message to Claude',
  action: 'send',
  run: async ({ id, name }, client, more) => {
    requireTrust();
    const text = typeof more === 'string' ? more : await ask(name);
    if (text === undefined || text.trim() === '') return;
    await client.call('session.send', { session: id, text });
  },
};

const ask = (name: string): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: `Send Message to ${name}`,
    prompt: 'It waits its turn while Claude works.',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'Say what Claude is to do.' : undefined),
  });
