import * as vscode from 'vscode';
import type { OperationInput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { ids } from '../ids.ts';
import { oneLine } from '../model/oneLine.ts';
import { untilSession } from '../model/untilSession.ts';
import type { Parts } from '../parts.ts';
import { type Reporter, withProgress } from '../progress.ts';

type StartParts = Pick<Parts, 'connection' | 'model' | 'log'>;

const beginning: readonly Session['state'][] = ['created', 'queued', 'starting'];

/**
 * Makes a session and follows its start with the engine's own steps. Cancel there ends it in whatever step it is. Gives the session's
 * id once it has started, failed or waits; `undefined` when it was cancelled.
 */
export async function startNew(
  parts: StartParts,
  input: OperationInput<'session.create'>,
): Promise<string | undefined> {
  const client = await parts.connection.client();
  parts.model.start();
  return withProgress('New session', async (reporter) => {
    reporter.report('reading the repository');
    const { session } = await client.call('session.create', input, { signal: reporter.signal });
    void show(parts, session.id);
    if (input.start === false) return session.id;
    await followStart(parts, session.id, reporter);
    if (!reporter.signal.aborted) return session.id;
    reporter.report('cancelling');
    await client.call('session.cancel', { session: session.id });
    return undefined;
  });
}

async function followStart({ model }: StartParts, id: string, { signal, report }: Reporter): Promise<void> {
  const listening = model.onChange(() => {
    const progress = model.progress(id);
    const state = model.get(id)?.state;
    if (progress !== undefined) report(detailed(progress.title, progress.detail), progress.fraction);
    else if (state === 'queued') report('waiting for a free place');
  });
  try {
    await untilSession(model, id, ({ state }) => !beginning.includes(state), signal);
  } finally {
    listening.dispose();
  }
}

const detailed = (title: string, detail: string | undefined): string =>
  detail === undefined ? title : `${title}: ${oneLine(detail, 80)}`;

async function show({ log }: StartParts, id: string): Promise<void> {
  try {
    await vscode.commands.executeCommand(ids.command.openSession, id);
  } catch (error) {
    log.warn('The session could not be shown:', error instanceof Error ? error.message : String(error));
  }
}
