import { throwIfCancelled } from '../base/errors.ts';
import { SharedJob } from '../git/sharedJob.ts';

/**
 * Answers that stay true for ever, by key; the newest are kept. Who asks for one that is being worked out waits with the others, and giving up
 * takes it from nobody else.
 */
export class SharedAnswers<T> {
  readonly #most: number;
  readonly #known = new Map<string, T>();
  readonly #jobs = new Map<string, SharedJob<T>>();

  constructor(most: number) {
    this.#most = most;
  }

  async get(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    // Work that nobody comes to wait for would never be given up.
    throwIfCancelled(signal);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const running = this.#jobs.get(key);
    const job = running === undefined || running.abandoned ? this.#start(key, work) : running;
    return job.wait(signal);
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): SharedJob<T> {
    const job = new SharedJob(work);
    this.#jobs.set(key, job);
    const over = (): void => {
      if (this.#jobs.get(key) === job) this.#jobs.delete(key);
    };
    job.settled.then((answer) => {
      this.#known.set(key, answer);
      for (const oldest of [...this.#known.keys()].slice(0, -this.#most)) this.#known.delete(oldest);
      over();
    }, over);
    return job;
  }
}
