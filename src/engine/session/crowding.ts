import { isCancelled, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import type { SessionBook } from './book.ts';

/** Longest that the runtime may take to say how full an environment is, in milliseconds. */
const askTimeout = 30_000;

export interface CrowdingParts {
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly log: Log;
}

/**
 * Makes room in environments that are so full of processes that nothing of ours can be started in them any more: they are restarted, which ends all
 * that runs in them and keeps all files. Only for moments in which no Claude is to go on there.
 */
export class Crowding {
  readonly #parts: CrowdingParts;

  constructor(parts: CrowdingParts) {
    this.#parts = parts;
  }

  /** Does something in a session's environment; when that fails for want of processes, room is made and it is done once more. */
  async relieved<T>(id: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isCancelled(error) || !(await this.#relieve(id))) throw error;
      return await work();
    }
  }

  /** Makes room in an environment that is full. Never rejects: what could not be done shows in what comes after. */
  async clear(id: string): Promise<void> {
    const environment = await this.#find(id);
    if (environment !== undefined) await this.#guarded(id, () => this.#restarted(id, environment));
  }

  /** True when there is room now. A full environment may end by itself: its first process wants others too. */
  async #relieve(id: string): Promise<boolean> {
    const environment = await this.#find(id);
    if (environment === undefined) return false;
    return await this.#guarded(id, async () => {
      if ((await environment.status(AbortSignal.timeout(askTimeout))) === 'running')
        return await this.#restarted(id, environment);
      await environment.start();
      this.#parts.book.timeline(id, { kind: 'notice', failed: true, text: endedNotice });
      return true;
    });
  }

  async #restarted(id: string, environment: Environment): Promise<boolean> {
    const { book, log } = this.#parts;
    if (!(await environment.isFull(AbortSignal.timeout(askTimeout)))) return false;
    const { pids: limit } = book.get(id).limits;
    log.warn('an environment is full of processes and is restarted', { session: id, limit });
    await environment.stop();
    await environment.start();
    book.timeline(id, { kind: 'notice', failed: true, text: noticeOf(limit) });
    return true;
  }

  #find(id: string): Promise<Environment | undefined> {
    return this.#parts.runtime.find(id, AbortSignal.timeout(askTimeout)).catch(() => undefined);
  }

  async #guarded(id: string, work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      this.#parts.log.warn('no room could be made in an environment', { session: id, error: messageOf(error) });
      return false;
    }
  }
}

const endedNotice =
  'The environment had ended, so it was started again: what ran in it has ended, and files are as they were.';

const noticeOf = (limit: number): string =>
  `The environment was full of processes (limit ${String(limit)}), so it was restarted: what ran in it has ended, and files are as they were. A session that needs more takes a higher limit of processes.`;
