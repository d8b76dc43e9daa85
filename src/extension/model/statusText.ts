import type { Session } from '../../protocol/session.ts';
import type { EngineState } from './sessionModel.ts';
import { isUnderWay, needsUser } from './urgency.ts';

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  /** Sessions that need the user. */
  readonly needing: number;
  /** False where Flotilla is not used. */
  readonly isShown: boolean;
}

/** What the status bar says: "2 running, 1 needs you". */
export function statusText(sessions: readonly Session[], engine: EngineState): StatusText {
  const needing = sessions.filter((session) => needsUser(session) !== undefined).length;
  const running = sessions.filter((session) => isUnderWay(session) && needsUser(session) === undefined).length;
  if (engine.kind === 'failed')
    return { text: '$(rocket) $(warning)', tooltip: 'The engine could not be reached.', needing: 0, isShown: true };
  const needs = needing === 0 ? '' : `${needing} ${needing === 1 ? 'needs' : 'need'} you`;
  const words = [running === 0 ? '' : `${running} running`, needs].filter((word) => word !== '').join(', ');
  return {
    text: words === '' ? '$(rocket)' : `$(rocket) ${words}`,
    tooltip: words === '' ? `No session runs, of ${sessions.length}.` : `Sessions: ${words}.`,
    needing,
    isShown: sessions.length > 0,
  };
}
