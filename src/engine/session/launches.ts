import type { Session } from '../../protocol/session.ts';
import { messageOf, throwIfCancelled, toErrorBody } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { Log } from '../base/log.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import type { SessionBook } from './book.ts';
import type { Crowding } from './crowding.ts';
import { GoingOn } from './goingOn.ts';
import type { Homecoming } from './homecoming.ts';
import type { Beginning, Lives } from './lives.ts';
import type { Patience } from './patience.ts';
import type { Serial } from '../base/serial.ts';
import type { Making, Starter } from './starter.ts';
import { atWork, noCredentials, starting } from './reasons.ts';
import { StartQueue } from './startQueue.ts';

export interface LaunchParts {
  readonly store: Store;
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly starter: Starter;
  readonly lives: Lives;
  readonly homecoming: Homecoming;
  readonly crowding: Crowding;
  readonly serial: Serial;
  readonly patience: Patience;
  readonly hasCredentials: () => boolean;
  readonly log: Log;
}

export type Launch = Beginning & Making;

interface Found {
  readonly environment: Environment;
  /** Made just now: nothing is lost when it goes again. */
  readonly fresh: boolean;
  readonly launch: Launch;
}

/** States in which a session awaits its start. */
const awaited: readonly (Session['state'] | undefined)[] = ['queued', 'starting'];

/** Starts sessions in the background, a few at a time, and can call each start off. */
export class Launches {
  readonly #parts: LaunchParts;
  readonly #goingOn: GoingOn;
  readonly #queue = new StartQueue();
  readonly #running = new Map<string, AbortController>();
  #leaving = false;

  constructor(parts: LaunchParts) {
    this.#parts = parts;
    this.#goingOn = new GoingOn({ ...parts, followUps: parts.store.followUps });
  }

  get size(): number {
    return this.#queue.size;
  }

  /** True while a start of the session waits or is under way. */
  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Puts a session's start into the queue. The session's state tells how it goes. */
  launch(id: string, launch: Launch): Session {
    const { book, hasCredentials, patience } = this.#parts;
    if (!hasCredentials()) return book.enter(id, 'waiting', noCredentials);
    patience.begins(id);
    if (this.#leaving) return book.enter(id, 'queued', { code: 'queued', message: 'The next engine starts it.' });
    const controller = new AbortController();
    this.#running.set(id, controller);
    const session = this.#queue.full
      ? book.enter(id, 'queued', { code: 'queued', message: 'Other sessions are starting; this one is next in line.' })
      : book.enter(id, 'starting', starting);
    this.#queue.add(() =>
      this.#parts.serial
        .run(id, () => this.#guarded(id, launch, controller))
        .catch((error: unknown) => this.#parts.log.error('a start could not be written down', { session: id, error })),
    );
    return session;
  }

  /** Calls a start off. What was made so far is gone once the session's next step runs. */
  callOff(id: string): void {
    this.#running.get(id)?.abort();
  }

  /** The engine leaves: starts under way are called off, and taken up again by the next engine. */
  async leave(): Promise<void> {
    this.#leaving = true;
    for (const controller of this.#running.values()) controller.abort();
    await this.#queue.drain();
  }

  async #guarded(id: string, launch: Launch, controller: AbortController): Promise<void> {
    const { book, log } = this.#parts;
    try {
      throwIfCancelled(controller.signal);
      // Whoever moved the session on meanwhile wants no start any more, or has begun another.
      if (!awaited.includes(book.peek(id)?.state)) return;
      await this.#start(id, launch, controller.signal);
    } catch (error) {
      // Whoever called it off goes on from here.
      if (controller.signal.aborted) return;
      const { code, message, detail } = toErrorBody(error);
      log.error('a session could not be started', { session: id, error });
      if (book.peek(id) !== undefined)
        book.enter(id, 'failed', { code, message, ...(detail === undefined ? {} : { detail }) });
    } finally {
      if (this.#running.get(id) === controller) this.#running.delete(id);
    }
  }

  async #start(id: string, launch: Launch, signal: AbortSignal): Promise<void> {
    const { book, lives } = this.#parts;
    const session = book.enter(id, 'starting', starting);
    faultPoint('start.begun');
    const { environment, fresh, launch: now } = await this.#environment(session, launch, signal);
    faultPoint('start.provisioned');
    const { id: container, image, user, workspaceFolder } = environment;
    book.change(id, { environment: { id: container, image, user, workspaceFolder } });
    book.progress(id, { step: 'claude', title: 'Starting Claude', status: 'running', fraction: 0.95 });
    faultPoint('start.recorded');
    try {
      await lives.begin(book.get(id), environment, now, signal);
      throwIfCancelled(signal);
    } catch (error) {
      if (fresh) await this.#discard(id);
      else if (!signal.aborted) await this.#putToRest(id, environment);
      throw error;
    }
    faultPoint('start.watched');
    book.progress(id, { step: 'claude', title: 'Starting Claude', status: 'done', fraction: 1 });
    book.enter(id, 'running', atWork);
  }

  /** The session's environment: the one it had, started again or made anew when it was lost, or its first. */
  async #environment(session: Session, launch: Launch, signal: AbortSignal): Promise<Found> {
    const { runtime, starter, homecoming, lives, crowding } = this.#parts;
    // What came home before is never left out: after a removal that was cut off, for example.
    if (session.environment === undefined && session.head === undefined && session.checkpoint === undefined)
      return { environment: await starter.make(session, launch, signal), fresh: true, launch };
    const environment = await runtime.find(session.id, signal);
    if (environment === undefined || homecoming.heldBack(session.id) !== undefined)
      return this.#again(session, { launch, found: environment }, signal);
    // Two Claudes must not work in one workspace.
    if (lives.mayBeInside(session.id)) await environment.stop(signal);
    // It may run still, with what the last Claude has left in it.
    else await crowding.clear(session.id);
    await environment.start(signal);
    return { environment, fresh: false, launch: await this.#settled(session, { launch, environment }, signal) };
  }

  /** How Claude goes on there. An environment that can't be asked is not left running. */
  async #settled(
    { id }: Session,
    { launch, environment }: { launch: Launch; environment: Environment },
    signal: AbortSignal,
  ): Promise<Launch> {
    try {
      return await this.#goingOn.settle(id, environment, launch, signal);
    } catch (error) {
      if (!signal.aborted) await this.#putToRest(id, environment);
      throw error;
    }
  }

  async #again(
    session: Session,
    { launch, found }: { launch: Launch; found: Environment | undefined },
    signal: AbortSignal,
  ): Promise<Found> {
    const { starter } = this.#parts;
    const { environment, conversationKept } = await starter.remake(session, { making: launch, found }, signal);
    const now = conversationKept
      ? await this.#settled(session, { launch, environment }, signal)
      : this.#goingOn.anew(session, launch, 'environment');
    return { environment, fresh: false, launch: now };
  }

  /** Never hides why it was called. */
  async #discard(id: string): Promise<void> {
    const { runtime, lives, book, homecoming, log } = this.#parts;
    try {
      await lives.shut(id);
      await runtime.discard(id, AbortSignal.timeout(60_000));
      await lives.letGo(id);
      book.change(id, { environment: undefined });
      homecoming.forget(id);
    } catch (error) {
      log.error('a failed start could not be cleaned up', { session: id, error });
    }
  }

  /**
   * Claude could not be started, or not be seen to: nothing may go on unseen. Whether it had begun all the same is for the next start to find
   * out. Never hides why it was called.
   */
  async #putToRest(id: string, environment: Environment): Promise<void> {
    try {
      await this.#parts.lives.shut(id);
      await environment.stop();
    } catch (error) {
      this.#parts.log.warn('an environment could not be put to rest', { session: id, error: messageOf(error) });
    }
  }
}
