import type { Landing } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';

export type LandingAction = OperationOutput<'landing.status'>['actions'][number];

/** What can be asked of a session's landing as it stands now. */
export function actionsOf(landing: Landing | undefined): LandingAction[] {
  return landing === undefined ? ['rebase', 'land'] : actionsIn(landing);
}

function actionsIn(landing: Landing): LandingAction[] {
  switch (landing.state) {
    case 'running':
      return landing.step === 'undo' ? [] : ['abort'];
    case 'paused':
      return pausedActions(landing);
    case 'ready':
      return landing.moved ? ['verify', 'push', 'land', 'abort'] : ['continue', 'abort'];
    case 'landed':
      return ['undo', 'rebase', 'land'];
    case 'aborted':
    case 'undone':
      return ['rebase', 'land'];
  }
}

function pausedActions(landing: Landing): LandingAction[] {
  const { step, stop, undo, pushes } = landing;
  const giveUp: LandingAction = pushes.some(({ undone }) => undone !== true) ? 'undo' : 'abort';
  if (step === 'undo') return [undo?.kind ?? 'undo', 'continue'];
  if (stop !== undefined) return ['resolve', 'continue', giveUp];
  if (step === 'push') return ['continue', 'push', 'verify', giveUp];
  return step === 'verify' ? [...verifyActions(landing), giveUp] : ['continue', giveUp];
}

function verifyActions({ verify }: Landing): LandingAction[] {
  const isRed = verify?.outcome === 'failed' || verify?.outcome === 'timed-out';
  return isRed ? ['verify', 'push', 'continue', 'send-output'] : ['verify', 'push', 'continue'];
}
