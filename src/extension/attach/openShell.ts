import * as vscode from 'vscode';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { execArguments } from './execCommand.ts';
import { runningEnvironment } from './runningEnvironment.ts';

/** Opens a terminal with a shell in a session's container. */
export async function openShell(parts: Pick<Parts, 'connection' | 'picker'>, given: unknown): Promise<void> {
  const environment = await runningEnvironment(parts, given, 'Open Shell in Container');
  if (environment === undefined) return;
  const terminal = vscode.window.createTerminal({
    name: `Shell: ${oneLine(environment.sessionName, 40)}`,
    shellPath: 'docker',
    shellArgs: execArguments(environment),
    iconPath: new vscode.ThemeIcon('terminal-bash'),
    // The shell lives in the container: started anew after a reload, it would be another one under the same name.
    isTransient: true,
  });
  terminal.show();
}
