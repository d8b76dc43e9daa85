import * as vscode from 'vscode';
import { EngineError } from '../../client/engineError.ts';
import type { ChangedFile } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import type { SessionCommand } from '../commands/sessionCommand.ts';
import { fileUri, revisionUri } from '../files/fileUri.ts';
import { oneLine } from '../model/oneLine.ts';
import { requireLanding } from './landingSteps.ts';

/** Files that one editor of changes shows: more would keep the window busy. */
const maxFiles = 1000;

/** What a push would bring to the target, file by file in one editor. */
export const reviewLanding: SessionCommand = {
  title: 'Review Changes before Push',
  action: 'review',
  run: async (given, client) => {
    const { landing } = await requireLanding(client, given);
    const { from, to, files } = await client.call('session.diff', { session: given.id, what: 'branch', patch: false });
    if (files.length === 0)
      throw EngineError.of('not-in-this-state', `There is no difference between "${given.name}" and its target.`);
    const sides = files.slice(0, maxFiles).map((file) => sidesOf(given, file, { from, to }));
    const left = files.length > maxFiles ? `, the first ${maxFiles} of ${files.length} files` : '';
    const title = `${oneLine(landing.target.branch, 60)} ↔ ${oneLine(given.name, 60)}${left}`;
    await vscode.commands.executeCommand('vscode.changes', title, sides);
  },
};

function sidesOf(
  { id: session }: Session,
  { path, from: oldPath, status }: ChangedFile,
  commits: { readonly from: string; readonly to: string },
): [vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined] {
  const base = { which: 'base', commit: commits.from } as const;
  const head = { which: 'head', commit: commits.to } as const;
  return [
    fileUri({ session, path }),
    status === 'added' ? undefined : revisionUri({ session, path: oldPath ?? path }, base),
    status === 'deleted' ? undefined : revisionUri({ session, path }, head),
  ];
}
