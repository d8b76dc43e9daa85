import type { Session } from '../../protocol/session.ts';
import { isCancelled, throwIfCancelled, toErrorBody } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import type { SessionBook } from './book.ts';
import type { Beginning, Lives } from './lives.ts';
import type { Serial } from './serial.ts';
import type { Making, Starter } from './starter.ts';
import { atWork, noCredentials, starting } from './reasons.ts';
import { StartQueue } from './startQueue.ts';

export interface LaunchParts {
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly starter: Starter;
  readonly lives: Lives;
  readonly serial: Serial;
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

const lost =
  'The environment of this session was lost and made anew. Branch and newest checkpoint are restored; the earlier conversation is not.';

/** Starts sessions in the background, a few at a time, and can call each start off. */
export class Launches {
  readonly #parts: LaunchParts;
  readonly #queue = new StartQueue();
  readonly #running = new Map<string, AbortController>();

  constructor(parts: LaunchParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#queue.size;
  }

  /** Puts a session's start into the queue. The session's state tells how it goes. */
  launch(id: string, launch: Launch): Session {
    const { book, hasCredentials } = this.#parts;
    if (!hasCredentials()) return book.enter(id, 'waiting', noCredentials);
    const controller = new AbortController();
    this.#running.set(id, controller);
    const session = this.#queue.full
      ? book.enter(id, 'queued', { code: 'queued', message: 'Other sessions are starting; this one is next in line.' })
      : book.enter(id, 'starting', starting);
    this.#queue.add(() => this.#parts.serial.run(id, () => this.#guarded(id, launch, controller)));
    return session;
  }

  /** Calls a start off. What was made so far is gone once the session's next step runs. */
  callOff(id: string): void {
    this.#running.get(id)?.abort();
  }

  /** The engine leaves: starts under way are called off, and taken up again by the next engine. */
  async leave(): Promise<void> {
    for (const controller of this.#running.values()) controller.abort();
    await this.#queue.drain();
  }

  async #guarded(id: string, launch: Launch, controller: AbortController): Promise<void> {
    const { book, log } = this.#parts;
    try {
      throwIfCancelled(controller.signal);
      await this.#start(id, launch, controller.signal);
    } catch (error) {
      if (isCancelled(error)) return;
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
    const { environment, fresh, launch: now } = await this.#environment(session, launch, signal);
    const { id: container, image, user, workspaceFolder } = environment;
    book.change(id, { environment: { id: container, image, user, workspaceFolder } });
    book.progress(id, { step: 'claude', title: 'Starting Claude', status: 'running', fraction: 0.95 });
    try {
      await lives.begin(book.get(id), environment, now, signal);
      throwIfCancelled(signal);
    } catch (error) {
      if (fresh) await this.#discard(id);
      throw error;
    }
    book.progress(id, { step: 'claude', title: 'Starting Claude', status: 'done', fraction: 1 });
    book.enter(id, 'running', atWork);
  }

  /** The session's environment: the one it had, started again or made anew when it was lost, or its first. */
  async #environment(session: Session, launch: Launch, signal: AbortSignal): Promise<Found> {
    const { runtime, starter } = this.#parts;
    if (session.environment === undefined)
      return { environment: await starter.make(session, launch, signal), fresh: true, launch };
    const environment = await runtime.find(session.id, signal);
    if (environment === undefined) return this.#again(session, launch, signal);
    await environment.start(signal);
    return { environment, fresh: false, launch };
  }

  async #again(session: Session, launch: Launch, signal: AbortSignal): Promise<Found> {
    const { starter, book } = this.#parts;
    const { environment, conversationKept } = await starter.remake(session, launch, signal);
    if (conversationKept) return { environment, fresh: false, launch };
    book.change(session.id, { claudeSessionId: undefined });
    book.timeline(session.id, { kind: 'notice', text: lost });
    const prompt =
      session.prompt === ''
        ? ''
        : `${lost} See how far it is and go on. The task of the session is:\n\n${session.prompt}`;
    return { environment, fresh: false, launch: { ...launch, resume: false, prompt } };
  }

  async #discard(id: string): Promise<void> {
    const { runtime, lives, book } = this.#parts;
    await lives.stop(id);
    await runtime.discard(id, AbortSignal.timeout(60_000));
    book.change(id, { environment: undefined });
  }
}
