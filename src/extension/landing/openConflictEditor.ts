import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import type { Landing, LandingFile } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { fileUri, revisionUri } from '../files/fileUri.ts';
import { ids } from '../ids.ts';
import { oneLine } from '../model/oneLine.ts';
import { tabUri } from './tabUri.ts';

export interface Conflict {
  readonly session: Session;
  readonly landing: Landing;
  readonly file: LandingFile;
  readonly client: EngineClient;
}

/** How a conflict came before the person: `choice` for what can't be merged line by line. `current` is the file as it was then. */
export interface Opened {
  readonly as: 'merge-editor' | 'editor' | 'choice';
  readonly current: string;
}

type Sides = OperationOutput<'landing.conflict'>;

/** VS Code's own command for its merge editor (`vs/workbench/contrib/mergeEditor`): not part of its interface, so it may go or change. */
const mergeEditor = '_open.mergeEditor';

/** Milliseconds in which the merge editor must have come up, also where the machine is busy: after that it is taken for one that is not there. */
const openMs = 20_000;

/** Opens a conflicted file: in the merge editor, in a normal editor with conflict markers where there is none, or as a choice of versions. */
export async function openConflictEditor(conflict: Conflict): Promise<Opened> {
  const { session, file, client } = conflict;
  const output = fileUri({ session: session.id, path: file.path, root: 'landing' });
  if (file.state === 'accepted') return openResolved(output);
  const sides = await client.call('landing.conflict', { session: session.id, path: file.path });
  const current = Buffer.from(sides.current ?? '', 'base64').toString('utf8');
  if (!canMerge(file, sides)) {
    await choose(conflict, output, sides);
    return { as: 'choice', current };
  }
  try {
    await vscode.commands.executeCommand(mergeEditor, mergeOf(conflict, output, sides));
    if (await isOpen(output)) return { as: 'merge-editor', current };
  } catch {
    // It is missing, or wants something else by now.
  }
  await vscode.commands.executeCommand('vscode.open', output);
  return { as: 'editor', current };
}

/** Nothing of it conflicts any more. */
async function openResolved(output: vscode.Uri): Promise<Opened> {
  await vscode.commands.executeCommand('vscode.open', output);
  return { as: 'editor', current: '' };
}

const canMerge = ({ kind }: LandingFile, { isBinary, ours, theirs, current }: Sides): boolean =>
  !isBinary && ours !== undefined && theirs !== undefined && current !== undefined && kind !== 'submodule';

function mergeOf({ session, landing, file }: Conflict, output: vscode.Uri, sides: Sides): unknown {
  const { stop, target, startedAt, rounds } = landing;
  const of = `${stop?.commit ?? ''}-${Date.parse(startedAt)}-${rounds}`;
  const side = (which: 'base' | 'ours' | 'theirs'): vscode.Uri =>
    revisionUri({ session: session.id, path: file.path }, { which: 'conflict', side: which, of });
  const nothing = revisionUri({ session: session.id, path: file.path }, { which: 'nothing' });
  return {
    base: sides.base === undefined ? nothing : side('base'),
    input1: {
      uri: side('ours'),
      title: 'Target',
      description: oneLine(target.branch, 80),
      detail: target.commit.slice(0, 9),
    },
    input2: {
      uri: side('theirs'),
      title: 'Session',
      description: oneLine(session.name, 80),
      detail: oneLine(stop?.subject ?? '', 120),
    },
    output,
  };
}

/** The command answers before its editor is there, and says nothing when it can't open one. */
async function isOpen(output: vscode.Uri): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const look = (): void => {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    if (tabs.some((tab) => tabUri(tab)?.toString() === output.toString())) resolve(true);
  };
  const listening = vscode.window.tabGroups.onDidChangeTabs(look);
  const timer = setTimeout(() => resolve(false), openMs);
  look();
  try {
    return await promise;
  } finally {
    listening.dispose();
    clearTimeout(timer);
  }
}

interface Choice extends vscode.QuickPickItem {
  readonly does: () => Thenable<unknown>;
}

/** A file that one side deleted, or that holds no text, is one version or the other. */
async function choose({ session, landing, file }: Conflict, output: vscode.Uri, sides: Sides): Promise<void> {
  const { useTargetVersion, useSessionVersion } = ids.command;
  const take = (command: string) => () => vscode.commands.executeCommand(command, session.id, { path: file.path });
  const items: Choice[] = [
    {
      label:
        sides.ours === undefined ? '$(trash) Delete it, as the target did' : "$(arrow-left) Use the target's version",
      description: oneLine(landing.target.branch, 80),
      does: take(useTargetVersion),
    },
    {
      label:
        sides.theirs === undefined
          ? '$(trash) Delete it, as the session did'
          : "$(arrow-right) Use the session's version",
      description: oneLine(session.name, 80),
      does: take(useSessionVersion),
    },
  ];
  if (sides.current !== undefined)
    items.push({
      label: '$(go-to-file) Open the file',
      does: () => vscode.commands.executeCommand('vscode.open', output),
    });
  const placeHolder = `${file.kind}: there is nothing to merge line by line. Which version?`;
  const chosen = await vscode.window.showQuickPick(items, {
    title: oneLine(file.path, 200),
    placeHolder,
    ignoreFocusOut: true,
  });
  await chosen?.does();
}
