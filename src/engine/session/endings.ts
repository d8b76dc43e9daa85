import type { Reason, Session } from '../../protocol/session.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { EnvironmentEvent, Runtime } from '../runtime/contract.ts';
import type { SessionBook } from './book.ts';
import type { Homecoming } from './homecoming.ts';
import type { ClaudeEnd } from './live.ts';
import type { Lives } from './lives.ts';
import type { Serial } from './serial.ts';

/** After the end of an autonomous session its environment rests; it then starts again with the next message. Milliseconds. */
const restAfter = 10 * 60_000;

export interface EndingsParts {
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly homecoming: Homecoming;
  readonly serial: Serial;
  readonly log: Log;
  /** Follow-ups of a session that just ended. */
  readonly waiting: (id: string) => number;
  readonly goOn: (id: string) => void;
}

/** What follows when a Claude ends by itself, or when something happens to its environment. */
export class Endings {
  readonly #parts: EndingsParts;
  readonly #rests = new Map<string, NodeJS.Timeout>();

  constructor(parts: EndingsParts) {
    this.#parts = parts;
  }

  claudeEnded(id: string, end: ClaudeEnd): void {
    void this.#parts.serial
      .run(id, () => this.#settle(id, end))
      .catch((error: unknown) => this.#parts.log.error('ending a session failed', { session: id, error }));
  }

  environmentEvent(event: EnvironmentEvent, lives: Lives): void {
    const { book } = this.#parts;
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
    if (
      event.type === 'removed' &&
      session.environment?.id !== undefined &&
      !lives.has(session.id) &&
      session.state === 'stopped'
    )
      this.#parts.log.warn('an environment was removed from outside', { session: session.id });
  }

  close(): void {
    for (const timer of this.#rests.values()) clearTimeout(timer);
  }

  async #settle(id: string, end: ClaudeEnd): Promise<void> {
    const { book, waiting, goOn } = this.#parts;
    const session = book.peek(id);
    if (session === undefined || session.state !== 'running') return;
    const environment = await this.#environmentState(session);
    if (environment === 'running') await this.#bringHome(session);
    if (end.how === 'completed') {
      book.enter(id, 'completed', { code: 'completed', message: 'Claude finished the task.' });
      if (waiting(id) > 0) goOn(id);
      else this.#restLater(id);
      return;
    }
    const reason = environment === 'running' ? reasonOf(end) : environmentReason(environment, reasonOf(end));
    book.enter(id, end.how === 'closed' || reason.code === 'environment-stopped' ? 'stopped' : 'failed', reason);
  }

  async #environmentState(session: Session): Promise<'running' | 'stopped' | 'gone'> {
    const environment = await this.#parts.runtime.find(session.id, AbortSignal.timeout(30_000));
    return (await environment?.status()) ?? 'gone';
  }

  async #bringHome(session: Session): Promise<void> {
    const { homecoming, runtime, log, book } = this.#parts;
    try {
      const environment = await runtime.find(session.id, AbortSignal.timeout(30_000));
      if (environment !== undefined) await homecoming.bringHalted(session.id, environment);
    } catch (error) {
      log.error('work could not be brought home', { session: session.id, error });
      book.timeline(session.id, {
        kind: 'notice',
        failed: true,
        text: `The newest work could not be brought home yet: ${messageOf(error)}. It is safe in the environment.`,
      });
    }
  }

  #restLater(id: string): void {
    clearTimeout(this.#rests.get(id));
    const timer = setTimeout(() => void this.#parts.serial.run(id, () => this.#rest(id)), restAfter);
    timer.unref();
    this.#rests.set(id, timer);
  }

  async #rest(id: string): Promise<void> {
    this.#rests.delete(id);
    const { book, runtime, log } = this.#parts;
    if (book.peek(id)?.state !== 'completed') return;
    const environment = await runtime.find(id, AbortSignal.timeout(30_000));
    await environment
      ?.stop()
      .catch((error: unknown) =>
        log.warn('an environment could not be put to rest', { session: id, error: messageOf(error) }),
      );
  }
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
