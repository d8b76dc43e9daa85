import * as vscode from 'vscode';
import { EngineError } from '../../client/engineError.ts';
import type { Session } from '../../protocol/session.ts';
import type { SessionCommand } from '../commands/sessionCommand.ts';
import { isConfirmed } from '../model/confirmation.ts';
import { oneLine } from '../model/oneLine.ts';
import { requireTrust } from '../trust.ts';
import { requireLanding } from './landingSteps.ts';
import { verifyMessage } from './verifyMessage.ts';

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
