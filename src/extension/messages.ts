import * as vscode from 'vscode';
import { EngineError } from '../client/engineError.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { type CommandId, ids } from './ids.ts';
import { unlinked } from './model/unlinked.ts';

interface Help {
  readonly title: string;
  readonly command: CommandId;
}

const showLog: Help = { title: 'Show Log', command: ids.command.showLog };
const checkSystem: Help = { title: 'Check System', command: ids.command.checkSystem };

/** The one thing that helps, by error. What is the person's own to correct needs no log. */
const helpFor: Readonly<Partial<Record<ErrorCode, Help>>> = {
  'no-credentials': { title: 'Set API Key', command: ids.command.setApiKey },
  'docker-missing': checkSystem,
  'docker-denied': checkSystem,
  'docker-failed': checkSystem,
  'git-missing': checkSystem,
  'disk-full': checkSystem,
  'engine-unreachable': showLog,
  'engine-too-new': showLog,
  'engine-too-old': { title: 'Restart Engine', command: ids.command.restartEngine },
  'image-build-failed': showLog,
  'setup-failed': showLog,
};

/** Messages that stand on the screen now: one is enough. */
const standing = new Set<string>();

/** The one place that shows errors: the user's say what to do, a cancellation says nothing, ours offer the log. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  if (isCancelled(error)) return;
  log.error(error instanceof Error ? error : String(error));
  if (!EngineError.is(error)) return show('Flotilla made an error of its own.', showLog);
  const { message, detail, kind, code } = error.body;
  if (detail !== undefined) log.error(detail);
  return show(message, kind === 'user' ? helpFor[code] : showLog);
}

async function show(message: string, help: Help | undefined): Promise<void> {
  if (standing.has(message)) return;
  standing.add(message);
  try {
    const chosen = await vscode.window.showErrorMessage(unlinked(message), ...(help === undefined ? [] : [help]));
    if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
  } finally {
    standing.delete(message);
  }
}

const isCancelled = (error: unknown): boolean =>
  EngineError.is(error, 'cancelled') || error instanceof vscode.CancellationError;
