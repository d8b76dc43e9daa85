import * as vscode from 'vscode';

/** What is used of the interface of VS Code's own git extension (`extensions/git/src/api/git.d.ts`, version 1). */
interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly state: { readonly HEAD?: { readonly name?: string | undefined } | undefined };
  getRefs(query: { sort?: 'committerdate' }): Promise<readonly { readonly name?: string | undefined }[]>;
}
interface GitExtension {
  getAPI(version: 1): { openRepository(root: vscode.Uri): Promise<GitRepository | null> };
}

export interface Branches {
  readonly current: string | undefined;
  /** Newest first. */
  readonly all: readonly string[];
}

const none: Branches = { current: undefined, all: [] };
const most = 500;

/** The branches and tags of a folder, as VS Code's git extension knows them; none where it is switched off. */
export async function branchesOf(folder: string): Promise<Branches> {
  try {
    const git = await vscode.extensions.getExtension<GitExtension>('vscode.git')?.activate();
    const repository = await git?.getAPI(1).openRepository(vscode.Uri.file(folder));
    if (repository === null || repository === undefined) return none;
    const refs = await repository.getRefs({ sort: 'committerdate' });
    const names = refs.flatMap(({ name }) => (name === undefined || name.endsWith('/HEAD') ? [] : [name]));
    return { current: repository.state.HEAD?.name, all: [...new Set(names)].slice(0, most) };
  } catch {
    // It can be disabled, or refuse the folder: then names are typed.
    return none;
  }
}
