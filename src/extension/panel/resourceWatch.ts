import type { Resources } from '../../protocol/operations.ts';

/** How often a panel that is looked at reads what its session uses, in milliseconds. */
const everyMs = 5000;

/** Reads what a running session uses while somebody looks. */
export class ResourceWatch {
  readonly #read: () => Promise<Resources | undefined>;
  readonly #show: (resources: Resources | undefined) => void;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;

  constructor(read: () => Promise<Resources | undefined>, show: (resources: Resources | undefined) => void) {
    this.#read = read;
    this.#show = show;
  }

  setRunning(isRunning: boolean): void {
    if (isRunning === this.#isRunning) return;
    this.stop();
    this.#isRunning = isRunning;
    if (isRunning) void this.#next();
    else this.#show(undefined);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isRunning = false;
  }

  async #next(): Promise<void> {
    // What can't be read now is no news: the session may just have stopped.
    const resources = await this.#read().catch(() => undefined);
    if (!this.#isRunning) return;
    this.#show(resources);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#next(), everyMs);
  }
}
