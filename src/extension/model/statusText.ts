import type { Session } from '../../protocol/session.ts';
import { waitingUntil, waitsForTime } from '../../protocol/waitingUntil.ts';
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
  const going = sessions.filter((session) => isUnderWay(session) && needsUser(session) === undefined);
  const running = going.filter((session) => !waitsForTime(session)).length;
  if (engine.kind === 'failed')
    return { text: '$(rocket) $(warning)', tooltip: 'The engine could not be reached.', needing: 0, isShown: true };
  const needs = needing === 0 ? '' : `${needing} ${needing === 1 ? 'needs' : 'need'} you`;
  const all = [running === 0 ? '' : `${running} running`, waitText(going.filter(waitsForTime)), needs];
  const words = all.filter((word) => word !== '').join(', ');
  return {
    text: words === '' ? '$(rocket)' : `$(rocket) ${words}`,
    tooltip: words === '' ? `No session runs, of ${sessions.length}.` : `Sessions: ${words}.`,
    needing,
    isShown: sessions.length > 0,
  };
}

/** "3 waiting until 14:05": when the first of them goes on. */
function waitText(waiting: readonly Session[]): string {
  const [first] = waiting.toSorted((a, b) => (a.reason.until ?? '').localeCompare(b.reason.until ?? ''));
  const until = first === undefined ? undefined : waitingUntil(first);
  return until === undefined ? '' : `${waiting.length} waiting until ${until}`;
}
