import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { shellTerminalId } from '../../protocol/terminal.ts';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { ShellTerminal } from './shellTerminal.ts';

/** Opens a terminal with a shell in a session's container. */
export async function openShell(
  { connection, picker }: Pick<Parts, 'connection' | 'picker'>,
  given: unknown,
): Promise<void> {
  const session = await picker.pick(given, 'attach', 'Open Shell in Container');
  if (session === undefined) return;
  const client = await connection.client();
  const id = shellTerminalId(session.id, randomBytes(8).toString('hex'));
  const terminal = vscode.window.createTerminal({
    name: `Shell: ${oneLine(session.name, 40)}`,
    pty: new ShellTerminal((handlers) => client.terminal(id, handlers)),
    iconPath: new vscode.ThemeIcon('terminal-bash'),
    // After a reload it would be another shell under the same name.
    isTransient: true,
  });
  terminal.show();
}
