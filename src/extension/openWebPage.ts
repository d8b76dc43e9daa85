import * as vscode from 'vscode';

/** Opens a web address, and nothing else, outside of VS Code, which asks about sites that are not trusted yet. */
export async function openWebPage(url: string): Promise<void> {
  if (!URL.canParse(url)) return;
  const { protocol, href } = new URL(url);
  if (protocol === 'http:' || protocol === 'https:') await vscode.env.openExternal(vscode.Uri.parse(href, true));
}
