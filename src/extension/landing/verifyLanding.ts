import * as vscode from 'vscode';
import type { Session } from '../../protocol/session.ts';
import { ids } from '../ids.ts';
import { oneLine } from '../model/oneLine.ts';
import { readSetting } from '../settings.ts';
import { givenOptions } from './givenOptions.ts';
import { requireLanding } from './landingSteps.ts';
import { stepCommand } from './stepCommand.ts';

export const verifyLanding = stepCommand(
  { title: 'Verify Landing', doing: 'Verifying', action: 'verify' },
  async (session, client, more) => {
    const { landing } = await requireLanding(client, session);
    const verify = givenOptions(more)?.verify ?? landing.options.verify ?? (await askCommand(session));
    if (verify === undefined || verify.trim() === '') return undefined;
    const input = { session: session.id, verify, verifyTimeout: readSetting(ids.setting.verifyTimeout) };
    return (engine, signal) => engine.call('landing.verify', input, { signal });
  },
);

/** Where neither the landing nor the project names a command. */
const askCommand = ({ name }: Session): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: `Verify ${oneLine(name, 80)}`,
    prompt: "A shell command that runs in the session's container",
    placeHolder: 'npm test',
    value: readSetting(ids.setting.verifyCommand),
    ignoreFocusOut: true,
  });
