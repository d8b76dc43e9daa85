import path from 'node:path';
import type * as vscode from 'vscode';
import { branchesOf } from './gitExtension.ts';
import { refProblem } from './problems.ts';
import { askPick, type Back, back } from './quickInput.ts';

interface Item extends vscode.QuickPickItem {
  /** Absent for what can not be a name. */
  readonly ref?: string;
}

/** From where the branch starts; the empty text is the folder's current branch, or the remote's default branch. */
export async function askBase(repository: string): Promise<string | Back | undefined> {
  const isFolder = path.isAbsolute(repository);
  const own: Item = {
    label: isFolder ? '$(git-branch) The current branch' : "$(git-branch) The remote's default branch",
    ref: '',
  };
  const chosen = await askPick<Item>({
    title: 'New Session: Start From',
    placeholder: 'Choose a branch or tag, or type any commit',
    items: [own],
    more: isFolder ? known(repository) : undefined,
    typed: typedItem,
    canGoBack: true,
  });
  if (chosen === undefined || chosen === back) return chosen;
  return chosen.ref ?? (await askBase(repository));
}

function typedItem(text: string): Item {
  const problem = refProblem(text);
  return problem === undefined
    ? { label: `$(git-commit) Use ${text}`, alwaysShow: true, ref: text }
    : { label: `$(error) ${problem}`, alwaysShow: true };
}

async function known(folder: string): Promise<Item[]> {
  const { current, all } = await branchesOf(folder);
  return all.map((ref) => ({
    label: `$(git-branch) ${ref}`,
    ...(ref === current ? { description: 'current' } : {}),
    ref,
  }));
}
