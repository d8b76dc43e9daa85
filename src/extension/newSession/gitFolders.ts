import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

/** The git repositories that this window's folders are in, the one of the active editor first. */
export async function gitFolders(): Promise<string[]> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const ofActive = active === undefined ? undefined : vscode.workspace.getWorkspaceFolder(active);
  const folders = [...(ofActive === undefined ? [] : [ofActive]), ...(vscode.workspace.workspaceFolders ?? [])];
  const local = folders.filter(({ uri }) => uri.scheme === 'file');
  const found = await Promise.all(local.map(({ uri }) => repositoryOf(uri.fsPath)));
  return [...new Set(found.filter((folder) => folder !== undefined))];
}

/** The nearest folder upwards that git would take for a repository. */
async function repositoryOf(folder: string): Promise<string | undefined> {
  if (await isThere(path.join(folder, '.git'))) return folder;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : repositoryOf(parent);
}

const isThere = async (file: string): Promise<boolean> => (await stat(file).catch(() => undefined)) !== undefined;
