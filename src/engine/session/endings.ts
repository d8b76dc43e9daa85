import type { Reason } from '../../protocol/basics.ts';
import type { Session, SessionState } from '../../protocol/session.ts';
import { messageOf } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { Log } from '../base/log.ts';
import type { EnvironmentEvent, Runtime } from '../runtime/contract.ts';
import type { SessionBook } from './book.ts';
import type { Crowding } from './crowding.ts';
import type { Homecoming } from './homecoming.ts';
import { isRefused } from './isRefused.ts';
import type { ClaudeEnd } from './live.ts';
import type { Lives } from './lives.ts';
import type { Patience } from './patience.ts';
import { atWork } from './reasons.ts';
import type { Rests } from './rests.ts';
import type { Serial } from '../base/serial.ts';
import type { Wakes } from './wakes.ts';

export interface EndingsParts {
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly homecoming: Homecoming;
  readonly crowding: Crowding;
  readonly rests: Rests;
  readonly serial: Serial;
  readonly patience: Patience;
  readonly wakes: Wakes;
  readonly log: Log;
  /** Follow-ups of a session that just ended. */
  readonly waiting: (id: string) => number;
  readonly goOn: (id: string) => void;
}

/** `unknown`: the runtime can't be asked. */
type Place = 'running' | 'stopped' | 'gone' | 'unknown';

interface Outcome {
  readonly state: SessionState;
  readonly reason: Reason;
}

/** What follows when a Claude ends by itself, or when something happens to its environment. */
export class Endings {
  readonly #parts: EndingsParts;

  constructor(parts: EndingsParts) {
    this.#parts = parts;
  }

  claudeEnded(id: string, end: ClaudeEnd, lives: Lives): void {
    void this.#parts.serial
      .run(id, () => this.#settle(id, end, lives))
      .catch((error: unknown) => this.#parts.log.error('ending a session failed', { session: id, error }));
  }

  environmentEvent(event: EnvironmentEvent, lives: Lives): void {
    const { book, log } = this.#parts;
    const session = book.peek(event.sessionId);
    if (session === undefined) return;
    if (event.type === 'out-of-memory') {
      lives.noteOutOfMemory(session.id);
      book.timeline(session.id, {
        kind: 'notice',
        text: 'The environment ran out of memory and the kernel ended something in it.',
        failed: true,
      });
    }
    if (event.type === 'removed' && session.environment !== undefined && session.state === 'stopped')
      log.warn('an environment was removed from outside', { session: session.id });
  }

  async #settle(id: string, end: ClaudeEnd, lives: Lives): Promise<void> {
    const session = this.#parts.book.peek(id);
    // Another Claude has begun since, which is none of this one's affair.
    if (lives.has(id)) return;
    if (session?.state === 'running' || session?.state === 'waiting') await this.#leave(session, end);
    await lives.letGo(id);
  }

  async #leave(session: Session, end: ClaudeEnd): Promise<void> {
    const { id } = session;
    faultPoint('run.ended');
    const place = await this.#placeOf(id);
    const outcome = this.#outcome(session, outcomeOf(end, place), place);
    const isBad = outcome?.state === 'failed' || outcome?.state === 'waiting';
    // A failure is told at once; who waits for success finds the work at home.
    if (isBad) this.#enter(session, outcome);
    if (place === 'running') await this.#bringHome(id);
    if (isRefused(session)) this.#parts.rests.later(id);
    if (outcome !== undefined && !isBad) this.#enter(session, outcome);
  }

  /** What becomes of the session; `undefined` when it goes on waiting. */
  #outcome(session: Session, outcome: Outcome, place: Place): Outcome | undefined {
    // An engine was killed when it had told this.
    if (isRefused(session)) return undefined;
    if (outcome.state !== 'failed') return outcome;
    // Without credentials Claude gives up at some time; the session goes on when they come.
    if (session.state === 'waiting') return place === 'running' ? undefined : outcome;
    const reason = this.#parts.patience.waiting(session, outcome.reason);
    return reason === undefined ? outcome : { state: 'waiting', reason };
  }

  /** The new state and what follows from it are written together: an engine that is killed does both or none. */
  #enter({ id, state }: Session, outcome: Outcome): void {
    const { book, waiting, goOn, rests, patience } = this.#parts;
    // Credentials may have come meanwhile, and a start with them.
    if (book.peek(id)?.state !== state) return;
    book.together(() => {
      const isDone = outcome.state === 'completed';
      if (isDone) patience.succeeded(id);
      if (isDone && state === 'waiting') book.enter(id, 'running', atWork);
      book.enter(id, outcome.state, outcome.reason);
      if (isDone && waiting(id) > 0) goOn(id);
      else rests.later(id);
    });
    if (outcome.state === 'waiting') this.#wakeLater(id, outcome.reason);
  }

  #wakeLater(id: string, { until }: Reason): void {
    const { patience, wakes } = this.#parts;
    if (until !== undefined) wakes.at(id, Date.parse(until));
    else if (patience.hasNewCredential(id)) wakes.at(id);
  }

  async #placeOf(id: string): Promise<Place> {
    const { runtime, log } = this.#parts;
    try {
      const environment = await runtime.find(id, AbortSignal.timeout(30_000));
      return (await environment?.status(AbortSignal.timeout(30_000))) ?? 'gone';
    } catch (error) {
      log.warn('an environment could not be asked', { session: id, error: messageOf(error) });
      return 'unknown';
    }
  }

  async #bringHome(id: string): Promise<void> {
    const { homecoming, crowding, log, book } = this.#parts;
    try {
      await crowding.relieved(id, () => homecoming.bring(id));
    } catch (error) {
      log.error('work could not be brought home', { session: id, error });
      book.timeline(id, {
        kind: 'notice',
        failed: true,
        text: `The newest work could not be brought home yet: ${messageOf(error)}. It is safe in the environment.`,
      });
    }
  }
}

function outcomeOf(end: ClaudeEnd, place: Place): Outcome {
  if (end.how === 'completed')
    return { state: 'completed', reason: { code: 'completed', message: 'Claude finished the task.' } };
  const reason = place === 'stopped' || place === 'gone' ? environmentReason(place, reasonOf(end)) : reasonOf(end);
  return { state: end.how === 'closed' || reason.code === 'environment-stopped' ? 'stopped' : 'failed', reason };
}

const reasonOf = (end: ClaudeEnd): Reason =>
  'reason' in end ? end.reason : { code: 'ended', message: 'Claude has ended.' };

function environmentReason(state: 'stopped' | 'gone', claude: Reason): Reason {
  if (claude.code === 'out-of-memory') return claude;
  return state === 'gone'
    ? {
        code: 'environment-gone',
        message: 'The environment was removed from outside. What came home before can still be seen and pushed.',
      }
    : {
        code: 'environment-stopped',
        message: 'The environment was stopped from outside. Resume the session to go on.',
      };
}
