import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import { EngineError } from '../../client/engineError.ts';
import type { Session } from '../../protocol/session.ts';
import { isConfirmed, isDiscardConfirmed } from '../model/confirmation.ts';
import { withProgress } from '../progress.ts';
import type { SessionCommand } from './sessionCommand.ts';

/** Asks before it removes, and once more before work that was never pushed is lost. */
export const removeSession: SessionCommand = {
  title: 'Remove Session',
  action: 'remove',
  run: async (session, client, more) => {
    const question = `Remove "${session.name}"?`;
    const detail = 'Its container, its branch here and its transcript are removed. What was pushed stays.';
    if (!isConfirmed(more) && (await ask(question, detail, 'Remove')) === undefined) return;
    try {
      await remove(session, client, isDiscardConfirmed(more));
    } catch (error) {
      if (!EngineError.is(error, 'work-not-home') || isConfirmed(more)) throw error;
      await removeUnpushed(session, client);
    }
  },
};

async function removeUnpushed(session: Session, client: EngineClient): Promise<void> {
  const choices = ['Push and Remove', 'Remove and Lose It'] as const;
  const detail = 'It has commits or changes that were never pushed. Uncommitted changes are not part of a push.';
  const choice = await ask(`"${session.name}" has work that exists nowhere else.`, detail, ...choices);
  if (choice === undefined) return;
  if (choice === 'Push and Remove')
    await withProgress(`Pushing ${session.branch}`, ({ signal }) =>
      client.call('session.push', { session: session.id }, { signal }),
    );
  await remove(session, client, choice === 'Remove and Lose It');
}

const ask = <T extends string>(question: string, detail: string, ...choices: T[]): Thenable<T | undefined> =>
  vscode.window.showWarningMessage(question, { modal: true, detail }, ...choices);

const remove = (session: Session, client: EngineClient, discard: boolean): Promise<unknown> =>
  withProgress(
    `Removing ${session.name}`,
    () => client.call('session.remove', { session: session.id, discard }),
    false,
  );
