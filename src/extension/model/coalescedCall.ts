import type { Disposable } from './emitter.ts';

/** Many wishes for the same work in a short time become one. */
export class CoalescedCall implements Disposable {
  readonly #work: () => void;
  readonly #delayMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(work: () => void, delayMs: number) {
    this.#work = work;
    this.#delayMs = delayMs;
  }

  /** Does the work once the delay is over; the first wish starts the delay. */
  soon(): void {
    this.#timer ??= setTimeout(() => this.now(), this.#delayMs);
  }

  now(): void {
    this.dispose();
    this.#work();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
