import * as vscode from 'vscode';
import * as z from 'zod';
import { changedFileSchema } from '../../protocol/operations.ts';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { diffSides } from './diffSides.ts';
import { revisionUri } from './fileUri.ts';
import { pickChangedFile } from './pickChangedFile.ts';

const rowSchema = z.object({ file: changedFileSchema, checkpoint: z.string().optional() });

/** Shows one changed file against the session's base: the one of a row (`{sessionId, file}`), or one that is picked. */
export async function openDiff(
  { connection, picker }: Pick<Parts, 'connection' | 'picker'>,
  given: unknown,
): Promise<void> {
  const session = await picker.pick(given, 'changes', 'Open Changes of a File');
  if (session === undefined) return;
  const row = rowSchema.safeParse(given).data;
  const file = row?.file ?? (await pickChangedFile(await connection.client(), session));
  if (file === undefined) return;
  const { before, after } = diffSides(session, file, row?.checkpoint);
  const nothing = revisionUri({ session: session.id, path: file.path }, { which: 'nothing' });
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const title = `${oneLine(name, 80)} (${oneLine(session.name, 40)})`;
  await vscode.commands.executeCommand('vscode.diff', before ?? nothing, after ?? nothing, title, { preview: true });
}
