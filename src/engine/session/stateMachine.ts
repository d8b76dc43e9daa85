import type { SessionState } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';

/** Which state may follow which. What is not here can't happen; `remove` works in every state and ends the record itself. */
const followers: Readonly<Record<SessionState, readonly SessionState[]>> = {
  created: ['queued', 'starting', 'waiting', 'failed', 'cancelled'],
  queued: ['starting', 'waiting', 'failed', 'stopped', 'cancelled'],
  starting: ['running', 'waiting', 'failed', 'stopped', 'cancelled', 'queued'],
  running: ['completed', 'failed', 'stopped', 'waiting', 'cancelled'],
  waiting: ['queued', 'starting', 'running', 'failed', 'stopped', 'cancelled'],
  blocked: ['queued', 'cancelled'],
  stopped: ['queued', 'starting', 'waiting', 'failed', 'cancelled'],
  completed: ['queued', 'starting', 'waiting', 'failed', 'cancelled'],
  failed: ['queued', 'starting', 'waiting', 'stopped', 'cancelled'],
  cancelled: [],
};

export const mayFollow = (from: SessionState, to: SessionState): boolean => followers[from].includes(to);

/** Rejects with a sentence for people when a session in `from` can't be asked to `verb`. */
export function requireState(from: SessionState, allowed: readonly SessionState[], verb: string): void {
  if (!allowed.includes(from))
    throw new FlotillaError(
      'not-in-this-state',
      `A session that is ${from} can't be ${verb}. Possible when it is ${allowed.join(', ')}.`,
    );
}

/** States in which a Claude of the session may be at work. */
export const liveStates: readonly SessionState[] = ['queued', 'starting', 'running', 'waiting'];
