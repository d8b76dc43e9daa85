import * as vscode from 'vscode';
import * as z from 'zod';
import type { EngineClient } from '../../client/engineClient.ts';
import { EngineError } from '../../client/engineError.ts';
import type { ChangedFile } from '../../protocol/operations.ts';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { diffSides } from './diffSides.ts';

/** Files that one editor of changes shows: more would keep the window busy. */
const maxFiles = 1000;

const checkpointSchema = z.object({ checkpoint: z.string() });

/** Shows all that a session changed, or what it had changed at a checkpoint (`{sessionId, checkpoint}`), in one editor. */
export async function openChanges(
  { connection, picker }: Pick<Parts, 'connection' | 'picker'>,
  given: unknown,
): Promise<void> {
  const session = await picker.pick(given, 'changes', 'Open All Changes');
  if (session === undefined) return;
  const checkpoint = checkpointSchema.safeParse(given).data?.checkpoint;
  const files = await changedFiles(await connection.client(), session.id, checkpoint);
  if (files.length === 0) throw EngineError.of('not-in-this-state', `"${session.name}" has changed nothing yet.`);
  const sides = files.slice(0, maxFiles).map((file) => diffSides(session, file, checkpoint));
  const left = files.length > maxFiles ? `, the first ${maxFiles} of ${files.length} files` : '';
  const title = `Changes of ${oneLine(session.name, 60)}${checkpoint === undefined ? '' : ' at a checkpoint'}${left}`;
  const resources = sides.map(({ file, before, after }) => [file, before, after]);
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

async function changedFiles(client: EngineClient, session: string, checkpoint?: string): Promise<ChangedFile[]> {
  const { files } =
    checkpoint === undefined
      ? await client.call('session.diff', { session, patch: false })
      : await client.call('checkpoint.changes', { session, commit: checkpoint });
  return files;
}
