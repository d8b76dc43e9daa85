import * as vscode from 'vscode';
import type { Credential } from '../../protocol/operations.ts';
import { credentialProblem } from '../model/credentialInput.ts';

interface Words {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  /** What shows how to get one. */
  readonly help: { readonly tooltip: string; readonly show: () => unknown };
}

const words: Readonly<Record<Credential['kind'], Words>> = {
  'api-key': {
    title: 'Set API Key',
    prompt: 'An Anthropic API key. It is kept in the secret storage of VS Code and never enters a container.',
    placeholder: 'sk-ant-api…',
    help: {
      tooltip: 'Get a key in the Anthropic Console',
      show: () => vscode.env.openExternal(vscode.Uri.parse('https://console.anthropic.com/settings/keys')),
    },
  },
  'oauth-token': {
    title: 'Set OAuth Token',
    prompt:
      'A token of your Claude subscription: run "claude setup-token" in a terminal, sign in, and paste what it prints. It is kept in the secret storage of VS Code.',
    placeholder: 'sk-ant-oat…',
    help: {
      tooltip: 'Open a terminal with "claude setup-token"',
      show: () => {
        const terminal = vscode.window.createTerminal('claude setup-token');
        terminal.show();
        terminal.sendText('claude setup-token', false);
      },
    },
  },
};

/** Asks for a credential without showing it; `undefined` when it was dismissed. */
export function askCredential(kind: Credential['kind']): Promise<Credential | undefined> {
  const { title, prompt, placeholder, help } = words[kind];
  const input = vscode.window.createInputBox();
  const helpButton = { iconPath: new vscode.ThemeIcon('question'), tooltip: help.tooltip };
  Object.assign(input, { title, prompt, placeholder, password: true, ignoreFocusOut: true, buttons: [helpButton] });
  const { promise, resolve } = Promise.withResolvers<Credential | undefined>();
  input.onDidTriggerButton(() => help.show());
  input.onDidChangeValue((value) => {
    input.validationMessage = value === '' ? undefined : credentialProblem(kind, value);
  });
  input.onDidAccept(() => {
    const problem = credentialProblem(kind, input.value);
    input.validationMessage = problem;
    if (problem === undefined) resolve({ kind, value: input.value.trim() });
  });
  input.onDidHide(() => {
    resolve(undefined);
  });
  input.show();
  return promise.finally(() => {
    input.dispose();
  });
}
