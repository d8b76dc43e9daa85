import * as vscode from 'vscode';
import type { Parts } from '../parts.ts';
import { execCommand } from './execCommand.ts';
import { runningEnvironment } from './runningEnvironment.ts';

/** Milliseconds that the status bar says that something was copied. */
const sayMs = 4000;

/** Puts the command that opens a shell in a session's container onto the clipboard. */
export async function copyExecCommand(parts: Pick<Parts, 'connection' | 'picker'>, given: unknown): Promise<void> {
  const environment = await runningEnvironment(parts, given, 'Copy docker exec Command');
  if (environment === undefined) return;
  await vscode.env.clipboard.writeText(execCommand(environment, process.platform));
  vscode.window.setStatusBarMessage('$(check) Copied the docker exec command', sayMs);
}
