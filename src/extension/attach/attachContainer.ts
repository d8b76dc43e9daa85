import * as vscode from 'vscode';
import type { Parts } from '../parts.ts';
import { attachUri } from './attachUri.ts';
import { offerDevContainers } from './offerDevContainers.ts';
import { runningEnvironment } from './runningEnvironment.ts';

const extensionId = 'ms-vscode-remote.remote-containers';
/** A command of the Dev Containers extension; it takes a container's name. */
const attachCommand = 'remote-containers.attachToRunningContainer';

/** Opens a window in a session's container. */
export async function attachContainer(parts: Pick<Parts, 'connection' | 'picker'>, given: unknown): Promise<void> {
  const environment = await runningEnvironment(parts, given, 'Attach with Dev Containers');
  if (environment === undefined) return;
  const remoteAuthority = authorityOfWindow();
  // From a remote window without a folder nobody tells where it runs, but the Dev Containers extension knows.
  if (vscode.env.remoteName !== undefined && remoteAuthority === undefined) {
    if (!(await runs(attachCommand, environment.name))) await offerDevContainers(extensionId, environment);
    return;
  }
  if (vscode.extensions.getExtension(extensionId) === undefined && remoteAuthority === undefined) {
    await offerDevContainers(extensionId, environment);
    return;
  }
  const uri = vscode.Uri.parse(attachUri({ ...environment, remoteAuthority }), true);
  await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
}

/** The authority of the machine that this window works on, as its folders tell it. */
const authorityOfWindow = (): string | undefined =>
  vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'vscode-remote')?.uri.authority;

/** False when there is no such command. */
async function runs(command: string, ...given: unknown[]): Promise<boolean> {
  try {
    await vscode.commands.executeCommand(command, ...given);
    return true;
  } catch (error) {
    if ((await vscode.commands.getCommands()).includes(command)) throw error;
    return false;
  }
}
