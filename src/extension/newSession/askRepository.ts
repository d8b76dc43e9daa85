import path from 'node:path';
import * as vscode from 'vscode';
import type { EngineSource } from '../model/engineLink.ts';
import { isUrl } from './isUrl.ts';
import { askPick, type Back, back } from './quickInput.ts';

interface Item extends vscode.QuickPickItem {
  readonly repository?: string;
}

/** Which repository: one of this window, one that was used before, a URL, or another folder. */
export async function askRepository(
  engine: EngineSource,
  folders: readonly string[],
  canGoBack: boolean,
): Promise<string | Back | undefined> {
  const browse: Item = { label: '$(folder-opened) Another folder…', alwaysShow: true };
  const chosen = await askPick<Item>({
    title: 'New Session: Repository',
    placeholder: 'Choose a repository, or paste a URL',
    items: [...folders.map(ofWindow), browse],
    more: recent(engine, folders),
    typed: (text) =>
      isUrl(text) || path.isAbsolute(text)
        ? { label: `$(link) Use ${text}`, alwaysShow: true, repository: text }
        : undefined,
    canGoBack,
  });
  if (chosen === undefined || chosen === back) return chosen;
  return chosen.repository ?? (await askFolder());
}

const ofWindow = (folder: string): Item => ({
  label: `$(repo) ${path.basename(folder)}`,
  description: 'this window',
  detail: folder,
  repository: folder,
});

async function recent(engine: EngineSource, folders: readonly string[]): Promise<Item[]> {
  const { repositories } = await (await engine.client()).call('repository.list', {});
  const items = repositories
    .filter(({ source }) => !folders.includes(source))
    .sort((a, b) => b.usedAt.localeCompare(a.usedAt))
    .map(({ name, source, kind }): Item => {
      const icon = kind === 'url' ? 'cloud' : 'repo';
      return { label: `$(${icon}) ${name}`, description: 'used before', detail: source, repository: source };
    });
  return items;
}

async function askFolder(): Promise<string | undefined> {
  const options = { canSelectFolders: true, canSelectFiles: false, openLabel: 'Use Repository' };
  return (await vscode.window.showOpenDialog(options))?.[0]?.fsPath;
}
