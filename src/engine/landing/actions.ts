import type { Landing } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';

export type LandingAction = OperationOutput<'landing.status'>['actions'][number];

/** What can be asked of a session's landing as it stands now. */
export function actionsOf(landing: Landing | undefined): LandingAction[] {
  if (landing === undefined) return ['rebase', 'land'];
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

function pausedActions({ step, verify, pushes, stop, undo }: Landing): LandingAction[] {
  const giveUp: LandingAction = pushes.some(({ undone }) => undone !== true) ? 'undo' : 'abort';
  if (step === 'undo') return [undo?.kind ?? 'undo'];
  if (stop !== undefined) return ['resolve', 'continue', giveUp];
  if (step !== 'verify') return ['continue', ...(step === 'push' ? (['push'] as const) : []), giveUp];
  const isRed = verify?.outcome === 'failed' || verify?.outcome === 'timed-out';
  return ['verify', 'push', 'continue', ...(isRed ? (['send-output'] as const) : []), giveUp];
}
