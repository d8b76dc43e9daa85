import * as vscode from 'vscode';
import { execCommand, type ShellPlace } from './execCommand.ts';

const install = 'Install Dev Containers';
const copy = 'Copy docker exec Command';

/** Says that attaching needs another extension, and what helps until it is there. */
export async function offerDevContainers(extensionId: string, place: ShellPlace): Promise<void> {
  const message = 'A window in a container needs the Dev Containers extension, which is not installed here.';
  const chosen = await vscode.window.showInformationMessage(message, install, copy);
  if (chosen === install) await vscode.commands.executeCommand('workbench.extensions.search', `@id:${extensionId}`);
  if (chosen === copy) await vscode.env.clipboard.writeText(execCommand(place, process.platform));
}
