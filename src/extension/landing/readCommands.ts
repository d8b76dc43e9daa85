import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import { EngineError } from '../../client/engineError.ts';
import type { ChangedFile } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import type { SessionCommand } from '../commands/sessionCommand.ts';
import { fileUri, revisionUri } from '../files/fileUri.ts';
import { isConfirmed } from '../model/confirmation.ts';
import { oneLine } from '../model/oneLine.ts';
import { openWebPage } from '../openWebPage.ts';
import type { Parts } from '../parts.ts';
import { withProgress } from '../progress.ts';
import { requireTrust } from '../trust.ts';
import { requireLanding } from './landingSteps.ts';
import { forecastText, planText } from './planText.ts';
import { verifyMessage } from './verifyMessage.ts';

/** The dry run, as a text. */
export const showLandingPlan = ({ texts }: Pick<Parts, 'texts'>): SessionCommand => ({
  title: 'Show Landing Plan',
  action: 'forecast',
  run: async ({ id, name }, client) => {
    const { plan } = await withProgress(`Planning the landing of ${oneLine(name, 80)}`, ({ signal }) =>
      client.call('landing.plan', { session: id }, { signal }),
    );
    await texts.show(id, 'Landing plan.md', planText(name, plan));
  },
});

/** What landing would meet now; of all sessions when none is given. */
export const showForecast = async (
  { connection, model, texts }: Pick<Parts, 'connection' | 'model' | 'texts'>,
  id: string | undefined,
): Promise<void> => {
  await model.ready();
  const client = await connection.client();
  const { forecasts } = await withProgress('Looking at what landing would meet', ({ signal }) =>
    client.call('forecast.get', id === undefined ? {} : { session: id }, { signal }),
  );
  await texts.show(
    'flotilla',
    'Landing forecast.md',
    forecastText(forecasts, (session) => model.get(session)?.name ?? session),
  );
};

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

/** Asks Claude to mend what the verification found; the person may say more. */
export const sendVerifyOutput: SessionCommand = {
  title: 'Send Verification Output to Claude',
  action: 'sendOutput',
  run: async (session, client, more) => {
    requireTrust();
    const status = await requireLanding(client, session);
    const { verify, target } = status.landing;
    if (verify === undefined) throw EngineError.of('not-in-this-state', `Nothing has verified "${session.name}" yet.`);
    const advice = isConfirmed(more) ? '' : await askAdvice(session);
    if (advice === undefined) return;
    const text = verifyMessage({ verify, target: target.branch, output: status.verifyOutput ?? '', advice });
    await client.call('session.send', { session: session.id, text });
  },
};

const askAdvice = ({ name }: Session): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: `Send Verification Output to ${oneLine(name, 80)}`,
    prompt: 'Claude is told which command failed and what it wrote. Say more, or leave it empty.',
    ignoreFocusOut: true,
  });

export const openPullRequest: SessionCommand = {
  title: 'Open Pull Request',
  action: 'pullRequest',
  run: async (session, client: EngineClient) => {
    const { landing } = await requireLanding(client, session);
    const url = landing.pushes.findLast(({ pullRequestUrl }) => pullRequestUrl !== undefined)?.pullRequestUrl;
    if (url === undefined)
      throw EngineError.of(
        'not-in-this-state',
        `Flotilla knows no page where a pull request for "${session.name}" could be opened.`,
      );
    await openWebPage(url);
  },
};
