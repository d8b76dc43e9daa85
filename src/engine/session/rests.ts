import type { Session } from '../../protocol/session.ts';
import { messageOf } from '../base/errors.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { SessionBook } from './book.ts';
import type { Homecoming } from './homecoming.ts';
import { isRefused } from './isRefused.ts';
import type { Serial } from '../base/serial.ts';

/** How long after a session's end its environment rests, in milliseconds; it then starts again with the next message. */
const restAfter = 10 * 60_000;
/** Nothing of the session should go on running. */
const isResting = (session: Session): boolean =>
  ['completed', 'failed', 'stopped'].includes(session.state) || isRefused(session);

export interface RestsParts {
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly homecoming: Homecoming;
  readonly serial: Serial;
  readonly log: Log;
  /** Milliseconds; ten minutes when absent. */
  readonly restAfter?: number | undefined;
}

/** Puts the environments of sessions that have ended to rest after a while: a person may still look into them, or Claude go on. */
export class Rests implements Closable {
  readonly #parts: RestsParts;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #inUse = new Map<string, number>();

  constructor(parts: RestsParts) {
    this.#parts = parts;
  }

  /** How many environments are still to be put to rest. */
  get size(): number {
    return this.#timers.size;
  }

  later(id: string): void {
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      void this.#parts.serial.run(id, () => this.#rest(id));
    }, this.#parts.restAfter ?? restAfter);
    timer.unref();
    this.#timers.set(id, timer);
  }

  /** A person has just worked in the environment: the while begins anew. */
  postpone(id: string): void {
    if (this.#timers.has(id)) this.later(id);
  }

  /** A person works in the environment until this settles; it does not rest before. */
  keepUp(id: string, until: Promise<unknown>): void {
    this.#inUse.set(id, (this.#inUse.get(id) ?? 0) + 1);
    const over = (): void => {
      const left = (this.#inUse.get(id) ?? 1) - 1;
      if (left > 0) this.#inUse.set(id, left);
      else this.#inUse.delete(id);
    };
    void until.then(over, over);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Never rejects. What a person has changed since the session ended comes home first; where it can't, the environment goes on. */
  async #rest(id: string): Promise<void> {
    const { book, runtime, homecoming, log } = this.#parts;
    try {
      const session = book.peek(id);
      if (session === undefined || !isResting(session)) return;
      if (this.#inUse.has(id)) {
        this.later(id);
        return;
      }
      const environment = await runtime.find(id, AbortSignal.timeout(30_000));
      if (environment === undefined || (await environment.status(AbortSignal.timeout(30_000))) !== 'running') return;
      await homecoming.bringHalted(id, environment);
      await environment.stop();
      homecoming.noteHome(id);
    } catch (error) {
      log.warn('an environment could not be put to rest', { session: id, error: messageOf(error) });
      if (book.peek(id) !== undefined) this.later(id);
    }
  }
}
