import * as vscode from 'vscode';
import * as z from 'zod';
import type { EngineClient } from '../../client/engineClient.ts';
import type { Session } from '../../protocol/session.ts';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { fileUri } from './fileUri.ts';
import { placeOf } from './place.ts';

const rowSchema = z.union([
  z.object({ file: z.object({ path: z.string() }) }).transform(({ file }) => file.path),
  z.object({ path: z.string() }).transform(({ path }) => path),
]);

/** Opens a file of a session in an editor: the one of a row (`{sessionId, file}` or `{sessionId, path}`), or one that is picked. */
export async function openFile(
  { connection, picker }: Pick<Parts, 'connection' | 'picker'>,
  given: unknown,
): Promise<void> {
  const session = await picker.pick(given, undefined, 'Open a File of a Session');
  if (session === undefined) return;
  const path = rowSchema.safeParse(given).data ?? (await pickFile(await connection.client(), session));
  const place = path === undefined ? undefined : placeOf({ authority: session.id, path: `/${path}`, query: '' });
  if (place === undefined) return;
  await vscode.commands.executeCommand('vscode.open', fileUri(place));
}

interface Item extends vscode.QuickPickItem {
  /** Where it leads: a file to open, or a folder to go on with. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** Walks through the folders with the person until a file is picked; `undefined` when nobody picked. */
async function pickFile(client: EngineClient, session: Session): Promise<string | undefined> {
  for (let folder = ''; ;) {
    const items = entriesOf(client, session.id, folder);
    const placeHolder = folder === '' ? 'Which file or folder?' : `In ${oneLine(folder, 100)}`;
    const options = { title: `Files of ${oneLine(session.name, 80)}`, placeHolder };
    const picked = await vscode.window.showQuickPick(items, options);
    if (picked === undefined || !picked.isFolder) return picked?.path;
    folder = picked.path;
  }
}

async function entriesOf(client: EngineClient, session: string, folder: string): Promise<Item[]> {
  const { entries } = await client.call('file.list', { session, path: folder });
  const items = entries
    .filter(({ name, stat }) => stat.kind !== 'other' && name !== '.git')
    .map(({ name, stat }): Item => {
      const isFolder = stat.kind === 'folder';
      const label = `$(${isFolder ? 'folder' : 'file'}) ${oneLine(name, 200)}`;
      return { label, path: folder === '' ? name : `${folder}/${name}`, isFolder };
    })
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || a.path.localeCompare(b.path));
  if (folder === '') return items;
  const parent = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
  return [{ label: '$(arrow-up) ..', path: parent, isFolder: true }, ...items];
}
