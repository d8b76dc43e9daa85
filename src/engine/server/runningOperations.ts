import type { Actor } from '../../protocol/actor.ts';
import { sleep } from '../base/clock.ts';
import { FlotillaError, isCancelled } from '../base/errors.ts';
import type { Operations } from '../operations/context.ts';

/** What a face asked to be run, as the transport understood it. */
export interface Call {
  readonly name: string;
  readonly input: unknown;
  readonly actor: Actor;
}

/** The operations that are under way: counted, and ended in good order when the engine leaves. */
export class RunningOperations {
  readonly #operations: Operations;
  readonly #running = new Set<AbortController>();
  #isClosing = false;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  get count(): number {
    return this.#running.size;
  }

  /** Runs one; `gone` fires when whoever asked has gone away. Rejects with `engine-busy` while the engine leaves. */
  async run(call: Call, gone: AbortSignal): Promise<unknown> {
    this.refuseWhenClosing();
    const controller = new AbortController();
    this.#running.add(controller);
    try {
      const signal = AbortSignal.any([gone, controller.signal]);
      return await this.#operations.run(call.name, call.input, { actor: call.actor, signal });
    } catch (error) {
      // Nobody who asked has cancelled it, so it must not end in silence.
      throw controller.signal.aborted && isCancelled(error) ? leftTooEarly() : error;
    } finally {
      this.#running.delete(controller);
    }
  }

  /** Throws `engine-busy` once the engine is leaving. */
  refuseWhenClosing(): void {
    if (this.#isClosing)
      throw new FlotillaError('engine-busy', 'The engine is about to leave: ask again, and a new one starts.');
  }

  /** Takes no more, waits up to `graceMs` milliseconds for those under way, then aborts what is left. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    await this.#drained(graceMs);
    for (const controller of this.#running) controller.abort();
    await this.#drained(Math.min(graceMs, 2000));
  }

  async #drained(ms: number): Promise<void> {
    for (const end = performance.now() + ms; this.#running.size > 0 && performance.now() < end;) await sleep(20);
  }
}

const leftTooEarly = (): FlotillaError =>
  new FlotillaError(
    'engine-unreachable',
    'The engine had to leave before this was done: look at what came of it, then try again.',
  );
