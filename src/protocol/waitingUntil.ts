import type { Session } from './session.ts';

type Waiting = Pick<Session, 'state' | 'reason'>;

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** A session waits for a moment, and for nobody: it goes on by itself. */
export const waitsForTime = ({ state, reason }: Waiting): boolean => state === 'waiting' && reason.until !== undefined;

/** Until when a session waits that goes on by itself, in local time: "14:05", or "22 Nov 14:05" on another day than `at`. */
export function waitingUntil({ state, reason }: Waiting, at = new Date()): string | undefined {
  if (state !== 'waiting' || reason.until === undefined) return undefined;
  const until = new Date(reason.until);
  return day.format(until) === day.format(at) ? time.format(until) : `${day.format(until)} ${time.format(until)}`;
}
