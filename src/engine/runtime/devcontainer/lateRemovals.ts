import { sleep } from '../../base/clock.ts';
import { messageOf, throwIfCancelled } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { orCancelled } from '../../base/orCancelled.ts';

/** What failed starts have left behind because Docker did not answer: it goes when Docker is back. */
export class LateRemovals {
  readonly #log: Log;
  readonly #retryAfterMs: number;
  readonly #due = new Map<string, () => Promise<unknown>>();
  readonly #closing = new AbortController();
  #round: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | undefined;

  /** `retryAfterMs`: how long until something is tried to be removed again, in milliseconds. */
  constructor(log: Log, retryAfterMs = 3000) {
    this.#log = log;
    this.#retryAfterMs = retryAfterMs;
  }

  add(sessionId: string, remove: () => Promise<unknown>): void {
    this.#due.set(sessionId, remove);
    this.#running ??= this.#run();
  }

  /**
   * From now on nothing of this session is removed any more: it begins anew and sees for itself what is there. Rejects with `cancelled` when
   * the signal fires before what is under way has ended; then it is all removed as if this had not been called.
   */
  async callOff(sessionId: string, signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    const remove = this.#due.get(sessionId);
    if (remove === undefined) return;
    this.#due.delete(sessionId);
    try {
      await orCancelled(this.#round, signal);
      throwIfCancelled(signal);
    } catch (error) {
      this.add(sessionId, remove);
      throw error;
    }
  }

  /** What is under way may go on, and what is not done is not tried again. */
  close(): void {
    this.#closing.abort();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#due.size > 0) {
      await sleep(this.#retryAfterMs, signal);
      if (signal.aborted) return;
      this.#round = Promise.all([...this.#due].map(([id, remove]) => this.#remove(id, remove)));
      await this.#round;
    }
    this.#running = undefined;
  }

  async #remove(sessionId: string, remove: () => Promise<unknown>): Promise<void> {
    try {
      await remove();
      this.#due.delete(sessionId);
      this.#log.info('what a failed start had left in Docker is gone', { session: sessionId });
    } catch (error) {
      this.#log.debug('a failed start still has something in Docker', { session: sessionId, why: messageOf(error) });
    }
  }
}
