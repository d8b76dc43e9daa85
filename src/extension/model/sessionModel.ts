import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../client/engineError.ts';
import type { FlotillaEvent, Progress } from '../../protocol/events.ts';
import type { Session } from '../../protocol/session.ts';
import { applyUpdate } from './applyUpdate.ts';
import { type Disposable, Emitter } from './emitter.ts';
import type { EngineLike, EngineSource } from './engineLink.ts';

/** How the model stands to the engine. */
export type EngineState =
  { readonly kind: 'idle' | 'connecting' | 'connected' } | { readonly kind: 'failed'; readonly error: unknown };

/** What changed: everything (after a connection, or when it is lost), or one session. */
export type ModelChange =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'session';
      readonly id: string;
      readonly before: Session | undefined;
      readonly after: Session | undefined;
      readonly event: FlotillaEvent;
    };

const firstPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * All sessions as this window knows them: read once, then kept by the engine's events, without polling. It comes back by itself when
 * an engine has gone. Everything that a window shows is read from here.
 */
export class SessionModel implements Disposable {
  readonly #source: EngineSource;
  readonly #changes: Emitter<ModelChange>;
  readonly #events: Emitter<FlotillaEvent>;
  readonly #ended = new AbortController();
  #sessions = new Map<string, Session>();
  /** Made when it is asked for, and dropped with every change. */
  #sorted: readonly Session[] | undefined;
  #progress = new Map<string, Progress>();
  #engine: EngineState = { kind: 'idle' };
  #seq = 0;
  #running: Promise<void> | undefined;
  #hurry = Promise.withResolvers<undefined>();

  constructor(source: EngineSource, failed: (error: unknown) => void) {
    this.#source = source;
    this.#changes = new Emitter(failed);
    this.#events = new Emitter(failed);
  }

  get engine(): EngineState {
    return this.#engine;
  }

  /** The number of the last event that was taken in. */
  get seq(): number {
    return this.#seq;
  }

  /** Newest first. */
  get sessions(): readonly Session[] {
    this.#sorted ??= [...this.#sessions.values()].sort(newestFirst);
    return this.#sorted;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** The step that a starting session is at. */
  progress(id: string): Progress | undefined {
    return this.#progress.get(id);
  }

  /** Tells of changes once they can be read here. */
  onChange(listener: (change: ModelChange) => void): Disposable {
    return this.#changes.on(listener);
  }

  /** Tells of every event of the engine, timelines and steps included, after it was taken in. */
  onEvent(listener: (event: FlotillaEvent) => void): Disposable {
    return this.#events.on(listener);
  }

  /** Connects, starting an engine when there is none; does nothing when it is under way. After a failure it tries at once. */
  start(): void {
    this.#hurry.resolve(undefined);
    this.#running ??= this.#run();
  }

  /** Starts, and waits until the sessions are known. Rejects with why the engine can't be reached. */
  async ready(): Promise<void> {
    if (this.#engine.kind === 'connected') return;
    const settled = Promise.withResolvers<undefined>();
    const listening = this.onChange(() => {
      if (this.#engine.kind === 'connected') settled.resolve(undefined);
      if (this.#engine.kind === 'failed') settled.reject(this.#engine.error);
    });
    try {
      this.start();
      await settled.promise;
    } finally {
      listening.dispose();
    }
  }

  /** Reads all sessions anew. Rejects when the engine can't be reached. */
  async reload(): Promise<void> {
    if (this.#engine.kind === 'connected') await this.#readAll(await this.#source.client());
    else this.start();
  }

  dispose(): void {
    this.#ended.abort();
    this.#hurry.resolve(undefined);
    this.#changes.dispose();
    this.#events.dispose();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    for (let pauseMs = firstPauseMs; !isAborted(signal);) {
      this.#hurry = Promise.withResolvers();
      const wasReached = await this.#follow();
      if (isAborted(signal)) return;
      pauseMs = wasReached ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
      const pause = sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      await Promise.race([pause, this.#hurry.promise]);
    }
  }

  /** Follows an engine until it can't be followed any more. True when it was reached. */
  async #follow(): Promise<boolean> {
    const { signal } = this.#ended;
    let wasReached = false;
    try {
      this.#enter({ kind: 'connecting' });
      const client = await this.#source.client();
      // Another store may have begun to count anew.
      this.#seq = 0;
      await this.#readAll(client);
      wasReached = true;
      for await (const event of client.events({ after: this.#seq, signal })) await this.#take(event, client);
    } catch (error) {
      // When events after our number are no longer kept, everything is read anew.
      if (EngineError.is(error, 'not-in-this-state')) this.#hurry.resolve(undefined);
      else if (!isAborted(signal)) this.#enter({ kind: 'failed', error });
    }
    return wasReached;
  }

  async #readAll(client: EngineLike): Promise<void> {
    const { sessions, seq } = await client.call('session.list', {}, { signal: this.#ended.signal });
    this.#sessions = new Map(sessions.map((session) => [session.id, session]));
    this.#sorted = undefined;
    this.#progress = new Map([...this.#progress].filter(([id]) => this.#sessions.get(id)?.state === 'starting'));
    this.#seq = Math.max(this.#seq, seq);
    this.#enter({ kind: 'connected' });
  }

  async #take(event: FlotillaEvent, client: EngineLike): Promise<void> {
    // What was read anew holds events up to its number already.
    const isNews = event.seq > this.#seq;
    this.#seq = Math.max(this.#seq, event.seq);
    if (isNews && event.sessionId !== undefined) await this.#takeOfSession(event.sessionId, event, client);
    this.#events.fire(event);
  }

  async #takeOfSession(id: string, event: FlotillaEvent, client: EngineLike): Promise<void> {
    const before = this.#sessions.get(id);
    const { body } = event;
    if (body.type === 'session.created') this.#sessions.set(id, body.data.session);
    else if (body.type === 'session.removed') this.#sessions.delete(id);
    else if (body.type === 'session.progress') this.#progress.set(id, body.data);
    else if (body.type !== 'session.updated' || before === undefined) return;
    else this.#sessions.set(id, applyUpdate(before, body.data) ?? (await this.#reread(before, client)));
    this.#sorted = undefined;
    const after = this.#sessions.get(id);
    if (after?.state !== 'starting') this.#progress.delete(id);
    this.#changes.fire({ kind: 'session', id, before, after, event });
  }

  /** As the engine has it now; as before when it can't be asked. */
  async #reread(before: Session, client: EngineLike): Promise<Session> {
    const found = await client
      .call('session.get', { session: before.id }, { signal: this.#ended.signal })
      .catch(() => undefined);
    return found?.session ?? before;
  }

  #enter(engine: EngineState): void {
    this.#engine = engine;
    this.#changes.fire({ kind: 'all' });
  }
}

const newestFirst = (a: Session, b: Session): number =>
  a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0;

const isAborted = (signal: AbortSignal): boolean => signal.aborted;
