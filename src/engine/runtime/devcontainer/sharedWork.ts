import { throwIfCancelled } from '../../base/errors.ts';
import { orCancelled } from '../../base/orCancelled.ts';

/** A piece of work that tells of its progress and ends when its signal fires. */
export type Work<P> = (report: (progress: P) => void, signal: AbortSignal) => Promise<void>;

interface Running<P> {
  readonly stop: AbortController;
  readonly listeners: Set<(progress: P) => void>;
  result: Promise<void>;
  last: P | undefined;
}

/**
 * Does a piece of work once for everybody who wants it at the same time. Whoever cancels stops waiting; the work itself is cancelled
 * when nobody waits any more.
 */
export class SharedWork<P> {
  readonly #running = new Map<string, Running<P>>();

  /** `work` is what the first to ask brings; the others hear its progress from where it is. */
  async join(key: string, work: Work<P>, report: (progress: P) => void, signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    const running = this.#running.get(key) ?? this.#start(key, work);
    const listener = (progress: P): void => {
      report(progress);
    };
    running.listeners.add(listener);
    if (running.last !== undefined) report(running.last);
    try {
      await orCancelled(running.result, signal);
    } finally {
      running.listeners.delete(listener);
      if (running.listeners.size === 0) await this.#abandon(key, running);
    }
  }

  #start(key: string, work: Work<P>): Running<P> {
    const stop = new AbortController();
    const listeners = new Set<(progress: P) => void>();
    const running: Running<P> = { stop, listeners, last: undefined, result: Promise.resolve() };
    const tell = (progress: P): void => {
      running.last = progress;
      for (const listener of [...listeners]) listener(progress);
    };
    running.result = work(tell, stop.signal).finally(() => {
      this.#forget(key, running);
    });
    running.result.catch(() => undefined);
    this.#running.set(key, running);
    return running;
  }

  async #abandon(key: string, running: Running<P>): Promise<void> {
    this.#forget(key, running);
    running.stop.abort();
    // Cancelled work is over only when it has cleaned up after itself.
    await running.result.catch(() => undefined);
  }

  #forget(key: string, running: Running<P>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
