import type { Landing } from '../../protocol/landing.ts';
import type { LandingStep } from '../../protocol/landingSummary.ts';
import type { Log } from '../base/log.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { Holds } from '../session/holds.ts';
import type { Grounds } from './grounds.ts';
import type { LandingBook } from './landingBook.ts';
import { reasonOf } from './reasons.ts';

/** One step of a landing: what it changes. It can be cut off at any point and called again. */
export type Step = (landing: Landing, signal: AbortSignal) => Promise<Partial<Landing>>;

export interface JourneysParts {
  readonly book: LandingBook;
  readonly grounds: Grounds;
  readonly holds: Holds;
  /** Who takes each step. */
  readonly steps: Readonly<Record<LandingStep, { readonly step: Step }>>;
  readonly log: Log;
  /** Hears that nothing goes on of a landing any more: from where its session's commits are to be moved may be another place now. */
  readonly onRest: (id: string) => void;
}

interface Job {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** While these run, the session's tree is moved or read: no Claude may start in it. */
const holding: readonly LandingStep[] = ['move', 'verify', 'undo'];
const held = 'The session is being landed just now: wait until that is done, or abort the landing.';

/** What goes on of landings: each takes one step after another until it is over or somebody must decide. */
export class Journeys {
  readonly #parts: JourneysParts;
  readonly #jobs = new Map<string, Job>();
  #hasLeft = false;

  constructor(parts: JourneysParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#jobs.size;
  }

  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** Goes on with a landing that is `running`. Harmless when somebody does already. */
  start(id: string): void {
    if (this.#jobs.has(id) || this.#hasLeft) return;
    const controller = new AbortController();
    const done = this.#travel(id, controller.signal).finally(() => {
      this.#jobs.delete(id);
      this.#parts.onRest(id);
    });
    this.#jobs.set(id, { controller, done });
    this.#parts.grounds.keepUp(id, done);
  }

  /** Settles when the landing stands still, however it came to that. */
  async settled(id: string): Promise<void> {
    await this.#jobs.get(id)?.done;
  }

  /** Ends what goes on of a landing; it stays `running` in the book, for whoever called it off to change. */
  async callOff(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    job?.controller.abort();
    await job?.done;
  }

  /** The session is gone: what goes on of its landing ends, and nobody waits for it. */
  drop(id: string): void {
    this.#jobs.get(id)?.controller.abort();
  }

  /** The engine leaves; the next one goes on from the book. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    await Promise.all([...this.#jobs.keys()].map((id) => this.callOff(id)));
  }

  async #travel(id: string, signal: AbortSignal): Promise<void> {
    // What called this goes on first: it must see the landing as it began.
    await Promise.resolve();
    let goesOn = true;
    while (goesOn) goesOn = await this.#next(id, signal);
  }

  /** Takes one step. Answers whether there is another one to take. */
  async #next(id: string, signal: AbortSignal): Promise<boolean> {
    const { book, log } = this.#parts;
    const landing = book.peek(id);
    // Read anew each time: it may be called off at any moment.
    const isOff = (): boolean => signal.aborted;
    if (landing?.state !== 'running' || isOff()) return false;
    try {
      // What was done outside is noted even when it was called off meanwhile.
      book.changeIfThere(id, await this.#step(landing, signal));
      return true;
    } catch (error) {
      if (isOff()) return false;
      log.warn('a landing stopped', { session: id, step: landing.step, error });
      book.changeIfThere(id, { state: 'paused', reason: reasonOf(error) });
      return false;
    }
  }

  async #step(landing: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    const { steps, holds } = this.#parts;
    const release = holding.includes(landing.step) ? holds.hold(landing.session, held) : undefined;
    try {
      const changes = await steps[landing.step].step(landing, signal);
      faultPoint(`landing.${landing.step}`);
      return changes;
    } finally {
      release?.();
    }
  }
}
