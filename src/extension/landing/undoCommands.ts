import type { Landing } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { isConfirmed } from '../model/confirmation.ts';
import { oneLine } from '../model/oneLine.ts';
import { ask } from './ask.ts';
import { requireLanding } from './landingSteps.ts';
import { stepCommand } from './stepCommand.ts';

export const abortLanding = stepCommand(
  { title: 'Abort Landing', doing: 'Giving up the landing of', action: 'abortLanding', cancellable: false },
  async (session, _client, more) => {
    const detail = 'The session will be as it was before. What was pushed stays.';
    const isWanted = isConfirmed(more) || (await ask(`Give up landing "${session.name}"?`, detail, 'Abort Landing'));
    return isWanted ? (engine) => engine.call('landing.abort', { session: session.id }) : undefined;
  },
);

/** Where a target was pushed, taking the work back needs a commit of its own, which is offered. */
export const undoLanding = stepCommand(
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
