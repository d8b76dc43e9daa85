import * as vscode from 'vscode';
import { ids } from '../ids.ts';
import { isConfirmed } from '../model/confirmation.ts';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { readSetting } from '../settings.ts';
import { attachUri } from './attachUri.ts';
import { offerDevContainers } from './offerDevContainers.ts';
import { runningEnvironment } from './runningEnvironment.ts';

const extensionId = 'ms-vscode-remote.remote-containers';
/** A command of the Dev Containers extension; it takes a container's name. */
const attachCommand = 'remote-containers.attachToRunningContainer';

const detail =
  "The Dev Containers extension lends your git credentials and your ssh agent to whatever runs in a container that you attach to, the session's Claude included. To keep them, set dev.containers.gitCredentialHelperConfigLocation to none and run no ssh agent, or take Open Shell in Container.";

/** Opens a window in a session's container, once the person knows what that lends to the session. */
export async function attachContainer(
  parts: Pick<Parts, 'connection' | 'picker'>,
  given: unknown,
  more: unknown,
): Promise<void> {
  const environment = await runningEnvironment(parts, given, 'Attach with Dev Containers');
  if (environment === undefined) return;
  const remoteAuthority = authorityOfWindow();
  // From a remote window without a folder nobody tells where it runs, but the Dev Containers extension knows.
  const isFar = vscode.env.remoteName !== undefined && remoteAuthority === undefined;
  const canAttach = isFar ? await isCommand(attachCommand) : remoteAuthority !== undefined || isInstalled();
  if (!canAttach) await offerDevContainers(extensionId, environment);
  else if (!(isConfirmed(more) || (await isWanted(environment.sessionName)))) return;
  else if (isFar) await vscode.commands.executeCommand(attachCommand, environment.name);
  else await openWindow({ ...environment, remoteAuthority });
}

async function openWindow(place: Parameters<typeof attachUri>[0]): Promise<void> {
  const uri = vscode.Uri.parse(attachUri(place), true);
  await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
}

async function isWanted(name: string): Promise<boolean> {
  if (!readSetting(ids.setting.confirmAttach)) return true;
  const question = `Attach to the container of "${oneLine(name, 80)}"?`;
  const [attach, always] = ['Attach', "Attach, Don't Ask Again"];
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, attach, always);
  if (chosen === always)
    await vscode.workspace
      .getConfiguration()
      .update(ids.setting.confirmAttach, false, vscode.ConfigurationTarget.Global);
  return chosen !== undefined;
}

/** The authority of the machine that this window works on, as its folders tell it. */
const authorityOfWindow = (): string | undefined =>
  vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'vscode-remote')?.uri.authority;

const isInstalled = (): boolean => vscode.extensions.getExtension(extensionId) !== undefined;

const isCommand = async (name: string): Promise<boolean> => (await vscode.commands.getCommands()).includes(name);
