import { FlotillaError, messageOf } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { Log } from '../base/log.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import type { SessionBook } from './book.ts';
import type { Crowding } from './crowding.ts';
import { requireNothingInside } from './heldInside.ts';
import type { Homecoming } from './homecoming.ts';
import type { Lives } from './lives.ts';

/** Longest that an environment's end may take, in milliseconds. */
const discardTimeout = 120_000;
const findTimeout = 30_000;

export interface HaltingParts {
  readonly book: SessionBook;
  readonly lives: Lives;
  readonly runtime: Runtime;
  readonly homecoming: Homecoming;
  readonly crowding: Crowding;
  readonly log: Log;
}

/** Ends what runs of a session and sees to its work. */
export class Halting {
  readonly #parts: HaltingParts;

  constructor(parts: HaltingParts) {
    this.#parts = parts;
  }

  /**
   * Ends Claude, brings the work home and stops the environment. Work that can't be brought home is named; it stays in the
   * environment, which is kept. Rejects when Claude can't be ended; it then goes on as before.
   */
  async rest(id: string): Promise<void> {
    const { book, homecoming, crowding, log } = this.#parts;
    await this.#endClaude(id);
    try {
      faultPoint('stop.claude');
      const environment = await this.#find(id);
      if (environment === undefined) return;
      await crowding
        .relieved(id, () => homecoming.bringHalted(id, environment))
        .finally(() => {
          faultPoint('stop.home');
          return environment.stop();
        });
      faultPoint('stop.stopped');
      homecoming.noteHome(id);
    } catch (error) {
      log.warn('work could not be brought home', { session: id, error: messageOf(error) });
      book.timeline(id, {
        kind: 'notice',
        failed: true,
        text: `The newest work could not be brought home: ${messageOf(error)}. It stays in the environment.`,
      });
    }
  }

  /**
   * Ends Claude and brings the work home, before it is discarded; the environment may run on. Rejects with `work-not-home` when that can't be
   * done, or not with all.
   */
  async secure(id: string): Promise<void> {
    const { homecoming, crowding, book } = this.#parts;
    await this.#endClaude(id);
    try {
      const environment = await this.#find(id);
      if (environment === undefined) await this.#requireHome(id);
      else await crowding.relieved(id, () => homecoming.bringHalted(id, environment));
      if (environment !== undefined) this.#requireNothingInside(id);
    } catch (error) {
      if (FlotillaError.is(error, 'work-not-home')) throw error;
      const sentence = `The work of "${book.get(id).name}" could not be brought home: ${messageOf(error)} Try again, or remove the session and discard that work.`;
      throw new FlotillaError('work-not-home', sentence, { cause: error });
    }
  }

  /** Removes the environment with all that is in it, a Claude included. */
  async discard(id: string): Promise<void> {
    const { runtime, book, lives } = this.#parts;
    await runtime.discard(id, AbortSignal.timeout(discardTimeout));
    book.change(id, { environment: undefined });
    await lives.stop(id);
  }

  /** What it has started may have taken every process that the environment may have: then it ends with them. */
  #endClaude(id: string): Promise<void> {
    const { lives, crowding } = this.#parts;
    return crowding.relieved(id, () => lives.stop(id));
  }

  #find(id: string): Promise<Environment | undefined> {
    const { book, runtime } = this.#parts;
    if (book.get(id).environment === undefined) return Promise.resolve(undefined);
    return runtime.find(id, AbortSignal.timeout(findTimeout));
  }

  /** A container that was removed from outside leaves volumes, which may hold what never came home. */
  async #requireHome(id: string): Promise<void> {
    const { runtime, homecoming, book } = this.#parts;
    const { environment, name } = book.get(id);
    if (environment === undefined) return;
    const left = (await runtime.list(AbortSignal.timeout(findTimeout))).find(({ sessionId }) => sessionId === id);
    if (left === undefined) return;
    this.#requireNothingInside(id);
    if (homecoming.isHome(id)) return;
    throw new FlotillaError(
      'work-not-home',
      `The container of "${name}" was removed, and its volumes may hold work that never came home. Resume the session, or remove it and discard that work.`,
    );
  }

  /** What is about to be filled again holds nothing. */
  #requireNothingInside(id: string): void {
    const { book, homecoming } = this.#parts;
    if (homecoming.heldBack(id) !== 'filling') requireNothingInside(book.get(id), homecoming.inside(id));
  }
}
