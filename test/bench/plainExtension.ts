import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runOnHost } from '../../src/engine/process/run.ts';

const root = path.resolve(import.meta.dirname, '../..');

const manifest = {
  name: 'plain',
  publisher: 'bench',
  version: '1.0.0',
  engines: { vscode: '^1.125.0' },
  main: './extension.js',
  activationEvents: ['onStartupFinished'],
  contributes: {
    commands: [{ command: 'plain.open', title: 'Open', category: 'Plain' }],
    viewsContainers: { activitybar: [{ id: 'plain', title: 'Plain', icon: 'icon.svg' }] },
    views: { plain: [{ id: 'plain.rows', name: 'Rows' }] },
  },
};

const extension = `const vscode = require('vscode');
exports.activate = ({ extensionUri, subscriptions }) => {
  const rows = Array.from({ length: 1000 }, (_, index) => 'session ' + String(index + 1).padStart(4, '0'));
  const getTreeItem = (name) => Object.assign(new vscode.TreeItem(name, 1), {
    id: name, description: 'created', iconPath: new vscode.ThemeIcon('circle-outline'), contextValue: 'row',
  });
  const treeDataProvider = { getChildren: (row) => (row === undefined ? rows : []), getTreeItem };
  subscriptions.push(vscode.window.createTreeView('plain.rows', { treeDataProvider }));
  subscriptions.push(vscode.commands.registerCommand('plain.open', () => {
    const { webview } = vscode.window.createWebviewPanel('plain', 'plain', 1, { enableScripts: true });
    const script = webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'page.js'));
    webview.html = '<!DOCTYPE html><html><body><p id="plain">A plain panel</p><script src="' + script + '"></script></body></html>';
    webview.onDidReceiveMessage((message) => webview.postMessage(message));
  }));
};
`;

/** Sends each key to the extension, which sends it back. */
const page = `const api = acquireVsCodeApi();
addEventListener('keydown', () => api.postMessage({ type: 'terminalBytes' }));
`;

const icon = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M4 4h16v16H4z"/></svg>';

/**
 * The floor of what an extension can do in VS Code: a panel with one line in it that sends keys back, and a view of a thousand rows.
 * Made anew in this folder; the package's file.
 */
export async function plainExtension(parent: string): Promise<string> {
  const folder = path.join(parent, 'plain');
  await mkdir(folder);
  const files = {
    'package.json': JSON.stringify(manifest),
    'extension.js': extension,
    'page.js': page,
    'icon.svg': icon,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const vsix = path.join(folder, 'plain.vsix');
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const args = [vsce, 'package', '--allow-missing-repository', '--skip-license', '--out', vsix];
  const { exitCode, stderr } = await runOnHost({ file: process.execPath, args, cwd: folder, timeoutMs: 60_000 });
  if (exitCode !== 0) throw new Error(`the plain extension could not be packaged:\n${stderr}`);
  return vsix;
}
