import { oneLine } from '../model/oneLine.ts';

/**
 * The text of a workspace file with the files of a session in it. VS Code trusts a folder that is on no disk without a question, and would
 * obey its `.vscode/settings.json` on this machine; a workspace file on the disk it asks about.
 *
 * @see https://code.visualstudio.com/docs/editor/workspace-trust
 */
export const folderWindow = (name: string, uri: string): string =>
  `${JSON.stringify({ folders: [{ name: oneLine(name, 80), uri }] }, undefined, 2)}\n`;
