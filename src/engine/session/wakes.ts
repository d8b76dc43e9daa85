import type { Session } from '../../protocol/session.ts';
import { messageOf } from '../base/errors.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import type { Serial } from '../base/serial.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import type { Holds } from './holds.ts';
import { isRefused } from './isRefused.ts';

/** All in milliseconds. Sessions that wait for one moment go on one after another, so far apart. */
const apart = 2000;
/** A session that can't go on at its time, for its landing or a runtime that is not there yet, is tried again after this. */
const retryAfter = 15_000;
/** How often the clock is looked at: a machine that slept, or whose time was set, notices within this. */
const lookEvery = 60_000;
/** Longest that the runtime may take to answer. */
const askTimeout = 30_000;

export interface WakesParts {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly serial: Serial;
  readonly holds: Holds;
  /** A Claude of the session is still there. */
  readonly isAlive: (id: string) => boolean;
  readonly goOn: (id: string) => void;
  readonly log: Log;
}

/** Lets sessions that the API refused go on when their time has come. What waits, and until when, is in their records. */
export class Wakes implements Closable {
  readonly #parts: WakesParts;
  /** In milliseconds since 1970. */
  readonly #times = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #last = -Infinity;
  #closed = false;

  constructor(parts: WakesParts) {
    this.#parts = parts;
  }

  /** How many sessions are to go on by themselves. */
  get size(): number {
    return this.#times.size;
  }

  /** `time`: milliseconds since 1970; as soon as it can be when absent. */
  at(id: string, time = Date.now()): void {
    this.#times.set(id, time);
    this.#arm();
  }

  /** Takes up what an earlier engine has left waiting. */
  load(): void {
    for (const { id, reason } of this.#refused())
      if (reason.until !== undefined) this.#times.set(id, Date.parse(reason.until));
    this.#arm();
  }

  /** A credential came: who was refused for one goes on, and with another one than before also who waits for a limit of that. */
  credentialCame(isAnother: boolean): void {
    for (const { id, reason } of this.#refused()) if (isAnother || reason.until === undefined) this.at(id);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#times.clear();
  }

  #refused(): Session[] {
    return this.#parts.store.sessions.list({ states: ['waiting'] }).filter(isRefused);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#times.size === 0 || this.#closed) return;
    const ms = Math.max(Math.min(...this.#times.values()) - Date.now(), this.#last + apart - performance.now(), 0);
    this.#timer = setTimeout(
      () => {
        this.#look();
      },
      Math.min(ms, lookEvery),
    );
    this.#timer.unref();
  }

  #look(): void {
    try {
      const waiting = new Set(this.#refused().map(({ id }) => id));
      for (const id of this.#times.keys()) if (!waiting.has(id)) this.#times.delete(id);
      const [next] = [...this.#times].toSorted(([, a], [, b]) => a - b);
      if (next !== undefined && next[1] <= Date.now()) this.#wake(next[0]);
    } catch (error) {
      this.#parts.log.warn('what waits could not be looked at', { error: messageOf(error) });
      this.#last = performance.now();
    }
    this.#arm();
  }

  /** After whatever is done to the session just now, by which it may not wait any more. */
  #wake(id: string): void {
    this.#times.set(id, Date.now() + retryAfter);
    if (!this.#mayGoOn(id)) return;
    this.#last = performance.now();
    const { serial, log } = this.#parts;
    void serial
      .run(id, () => this.#goOn(id))
      .catch((error: unknown) => {
        log.warn('a session that waits could not go on yet', { session: id, error: messageOf(error) });
      });
  }

  async #goOn(id: string): Promise<void> {
    const { runtime, goOn } = this.#parts;
    if (!this.#mayGoOn(id)) return;
    // Where nothing can be started now, as while Docker comes up, the session would fail.
    await runtime.find(id, AbortSignal.timeout(askTimeout));
    if (!this.#mayGoOn(id)) return;
    goOn(id);
    this.#times.delete(id);
  }

  #mayGoOn(id: string): boolean {
    const { store, holds, isAlive } = this.#parts;
    const session = store.sessions.peek(id);
    return !this.#closed && session !== undefined && isRefused(session) && !holds.has(id) && !isAlive(id);
  }
}
