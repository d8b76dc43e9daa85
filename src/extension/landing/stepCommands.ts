import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import type { Landing, PushMode } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import type { SessionCommand } from '../commands/sessionCommand.ts';
import type { SessionAction } from '../model/actions.ts';
import { isConfirmed } from '../model/confirmation.ts';
import { ids } from '../ids.ts';
import { oneLine } from '../model/oneLine.ts';
import { back } from '../newSession/quickInput.ts';
import { readSetting } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { type FollowParts, followLanding, type LandingWork } from './followLanding.ts';
import { ask, givenOptions, requireLanding, tellEnd } from './landingSteps.ts';
import { askPush } from './landingFields.ts';

type Begin = LandingWork['begin'];

/** How a step is begun; `undefined` when the person thought better of it. */
type Prepare = (session: Session, client: EngineClient, more: unknown) => Promise<Begin | undefined>;

interface StepWords {
  readonly title: string;
  readonly doing: string;
  readonly action: SessionAction;
  readonly cancellable?: boolean;
}

const step =
  ({ title, doing, action, cancellable }: StepWords, prepare: Prepare) =>
  (parts: FollowParts): SessionCommand => ({
    title,
    action,
    run: async (session, client, more) => {
      requireTrust();
      const begin = await prepare(session, client, more);
      if (begin === undefined) return undefined;
      const work = { title: `${doing} ${oneLine(session.name, 80)}`, begin, cancellable: cancellable ?? true };
      return tellEnd(session, await followLanding(parts, session, work));
    },
  });

export const resolveConflicts = step(
  { title: 'Resolve Conflicts with Claude', doing: 'Resolving conflicts of', action: 'resolve' },
  ({ id: session }) =>
    Promise.resolve((engine, signal) => engine.call('landing.resolve', { session, how: 'claude' }, { signal })),
);

export const verifyLanding = step(
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

/** Goes on; what was not verified only on an explicit yes. */
export const continueLanding = step(
  { title: 'Continue Landing', doing: 'Landing', action: 'continueLanding' },
  async (session, client, more) => {
    const { landing } = await requireLanding(client, session);
    const isAgreed = landing.reason.code !== 'unverified' || (await isUnverifiedWanted(landing, more));
    if (!isAgreed) return undefined;
    const unverified = landing.reason.code === 'unverified' ? { unverified: true } : {};
    return (engine, signal) => engine.call('landing.continue', { session: session.id, ...unverified }, { signal });
  },
);

export const pushLanding = step(
  { title: 'Push Landing', doing: 'Pushing', action: 'pushLanding' },
  async (session, client, more) => {
    const { landing } = await requireLanding(client, session);
    const push = givenOptions(more)?.push ?? (await askPush(landing.options.push, false));
    if (push === undefined || push === back) return undefined;
    const isVerified = landing.verify?.outcome === 'passed' && landing.verify.commit === landing.result;
    if (!isVerified && !(await isUnverifiedWanted(landing, more, push))) return undefined;
    const unverified = isVerified ? {} : { unverified: true };
    return (engine, signal) => engine.call('landing.push', { session: session.id, push, ...unverified }, { signal });
  },
);

async function isUnverifiedWanted({ target }: Landing, more: unknown, push?: PushMode): Promise<boolean> {
  if (isConfirmed(more)) return true;
  const where = push === 'branch' ? "the session's branch" : oneLine(target.branch, 120);
  const detail = `Nothing has verified what would be pushed to ${where}.`;
  return (await ask('Push without a verification that succeeded?', detail, 'Push Unverified')) !== undefined;
}

export const abortLanding = step(
  { title: 'Abort Landing', doing: 'Giving up the landing of', action: 'abortLanding', cancellable: false },
  async (session, _client, more) => {
    const detail = 'The session will be as it was before. What was pushed stays.';
    const isWanted = isConfirmed(more) || (await ask(`Give up landing "${session.name}"?`, detail, 'Abort Landing'));
    return isWanted ? (engine) => engine.call('landing.abort', { session: session.id }) : undefined;
  },
);

/** Where a target was pushed, taking the work back needs a commit of its own, which is offered. */
export const undoLanding = step(
  { title: 'Undo Landing', doing: 'Undoing the landing of', action: 'undoLanding', cancellable: false },
  async (session, client, more) => {
    const { landing } = await requireLanding(client, session);
    const revertTarget = await isRevertWanted(session, landing, more);
    if (revertTarget === undefined) return undefined;
    return (engine) => engine.call('landing.undo', { session: session.id, revertTarget });
  },
);

/** `undefined` when nothing is to be undone. */
async function isRevertWanted(session: Session, landing: Landing, more: unknown): Promise<boolean | undefined> {
  const isOnTarget = landing.pushes.some(({ mode, undone }) => mode !== 'branch' && undone !== true);
  if (isConfirmed(more)) return isOnTarget;
  const target = oneLine(landing.target.branch, 120);
  const question = `Undo the landing of "${session.name}"?`;
  if (!isOnTarget) {
    const detail = 'The session and its branch on the remote go back to where they were, unless somebody built on it.';
    return (await ask(question, detail, 'Undo')) === undefined ? undefined : false;
  }
  const detail = `The work is on ${target} already, which others may have fetched. A commit that takes it back can be pushed there.`;
  return (await ask(question, detail, 'Push a Revert Commit')) === undefined ? undefined : true;
}
