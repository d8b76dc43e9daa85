import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import { EngineError } from '../../client/engineError.ts';
import type { Landing } from '../../protocol/landing.ts';
import type { LandingSummary } from '../../protocol/landingSummary.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { type CommandId, ids } from '../ids.ts';
import { oneLine } from '../model/oneLine.ts';

export type LandingStatus = OperationOutput<'landing.status'>;

/** How the landing of a session stands, whole. Rejects with `no-landing`. */
export async function requireLanding(
  client: EngineClient,
  session: Session,
): Promise<LandingStatus & { readonly landing: Landing }> {
  const status = await client.call('landing.status', { session: session.id });
  const { landing } = status;
  if (landing === undefined) throw EngineError.of('no-landing', `"${session.name}" is not being landed.`);
  return { ...status, landing };
}

interface Next {
  readonly title: string;
  readonly command: CommandId;
}

const review: Next = { title: 'Review Changes', command: ids.command.reviewLanding };
const push: Next = { title: 'Push', command: ids.command.pushLanding };

/** Says how a step ended. What a person must decide, and that work has landed, is told by the notifications, once. */
export function tellEnd(session: Session, landing: LandingSummary | undefined): LandingSummary['state'] | undefined {
  if (landing === undefined || !['ready', 'aborted', 'undone'].includes(landing.state)) return landing?.state;
  const text = `${oneLine(session.name, 80)}: ${oneLine(landing.reason.message, 300)}`;
  const next = landing.state === 'ready' ? [review, push] : [];
  void vscode.window.showInformationMessage(text, ...next).then((chosen) => {
    if (chosen !== undefined) void vscode.commands.executeCommand(chosen.command, session.id);
  });
  return landing.state;
}
