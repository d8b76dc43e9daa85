import type { Landing } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { PanelLandingAction } from '../../protocol/panelLanding.ts';
import type { Session } from '../../protocol/session.ts';
import { type CommandId, ids } from '../ids.ts';
import { can } from '../model/actions.ts';

type Status = OperationOutput<'landing.status'>;
type EngineAction = Status['actions'][number];

const commands: Readonly<Record<PanelLandingAction, CommandId>> = {
  land: ids.command.landSession,
  rebase: ids.command.rebaseSession,
  resolve: ids.command.resolveConflicts,
  continue: ids.command.continueLanding,
  verify: ids.command.verifyLanding,
  sendOutput: ids.command.sendVerifyOutput,
  review: ids.command.reviewLanding,
  push: ids.command.pushLanding,
  pullRequest: ids.command.openPullRequest,
  abort: ids.command.abortLanding,
  undo: ids.command.undoLanding,
  openConflict: ids.command.openConflict,
  accept: ids.command.acceptResolution,
  refuse: ids.command.refuseResolution,
  ours: ids.command.useTargetVersion,
  theirs: ids.command.useSessionVersion,
};

/** The command behind a button of the landing's part; each checks for itself whether it can be done. */
export const landingCommandOf = (action: PanelLandingAction): CommandId => commands[action];

const ofEngine: Readonly<Record<EngineAction, PanelLandingAction>> = {
  land: 'land',
  rebase: 'rebase',
  resolve: 'resolve',
  continue: 'continue',
  verify: 'verify',
  push: 'push',
  abort: 'abort',
  undo: 'undo',
  'send-output': 'sendOutput',
};

/** The target holds all that the session has made: there is nothing to land until it goes on. */
export const isOnTarget = ({ state, pushes, result }: Landing, session: Session | undefined): boolean =>
  state === 'landed' &&
  session?.head?.commit === result &&
  pushes.some(({ mode, undone }) => mode !== 'branch' && undone !== true);

/** What the landing's part offers now: what the engine allows, and what shows its outcome. */
export function panelLandingActions({ landing, actions }: Status, session: Session | undefined): PanelLandingAction[] {
  const isThere = landing !== undefined && isOnTarget(landing, session);
  const states = (landing?.stop?.files ?? []).map(({ state }) => state);
  const offered = actions
    .map((action) => ofEngine[action])
    .filter((action) => {
      if (action === 'resolve') return states.includes('open');
      if (action === 'continue') return states.every((state) => state === 'accepted');
      if (action !== 'land' && action !== 'rebase') return true;
      return !isThere && session !== undefined && can(session, action);
    });
  if (session !== undefined && can(session, 'review')) offered.push('review');
  if (landing?.pushes.some(({ pullRequestUrl }) => pullRequestUrl !== undefined) === true) offered.push('pullRequest');
  return offered;
}
