import { throwIfCancelled } from '../base/errors.ts';
import { orCancelled } from '../base/orCancelled.ts';

/** One piece of work that several callers wait for. It is cancelled only when every one of them has given up. */
export class SharedJob<T> {
  readonly #abort = new AbortController();
  readonly #result: Promise<T>;
  #waiting = 0;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#result = work(this.#abort.signal);
    this.#result.catch(() => undefined);
  }

  /** The work itself, whoever waits for it. */
  get settled(): Promise<T> {
    return this.#result;
  }

  /** True when everybody has given up: nobody may join any more. */
  get abandoned(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Waits for the end together with the others; rejects with `cancelled` as soon as the own signal fires. */
  async wait(signal: AbortSignal | undefined): Promise<T> {
    throwIfCancelled(signal);
    this.#waiting += 1;
    try {
      return await orCancelled(this.#result, signal);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#abort.abort();
    }
  }
}
