import type { Actor } from '../../protocol/actor.ts';
import type { OperationOutput, OperationParsedInput, Resources } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import type { SessionBook } from './book.ts';
import type { Creation } from './creation.ts';
import type { DataFolders } from './folders.ts';
import type { Homecoming } from './homecoming.ts';
import type { Launch, Launches } from './launches.ts';
import type { Lives } from './lives.ts';
import { atWork } from './reasons.ts';
import type { Making } from './starter.ts';
import type { Pushing } from './pushing.ts';
import type { Repositories } from './repositories.ts';
import type { Serial } from './serial.ts';
import { liveStates, requireState } from './stateMachine.ts';
import type { MakingNotes } from './makingNotes.ts';

export interface SessionsParts {
  readonly store: Store;
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly creation: Creation;
  readonly launches: Launches;
  readonly lives: Lives;
  readonly homecoming: Homecoming;
  readonly pushing: Pushing;
  readonly repositories: Repositories;
  readonly folders: DataFolders;
  readonly serial: Serial;
  readonly makings: MakingNotes;
}

/** Longest that an environment's end may take, in milliseconds. */
const discardTimeout = 120_000;

/** What may be asked of a session. What is done to one session happens one after another; a start or a run is called off first. */
export class Sessions {
  readonly #parts: SessionsParts;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  async create(input: OperationParsedInput<'session.create'>, actor: Actor, signal: AbortSignal): Promise<Session> {
    const { creation, launches } = this.#parts;
    const session = await creation.create(input, actor, signal);
    return input.start ? launches.launch(session.id, this.#first(session)) : session;
  }

  start(key: string, actor: Actor): Promise<Session> {
    const session = this.#find(key);
    requireState(session.state, ['created', 'waiting', 'failed', 'stopped'], 'started');
    return session.environment === undefined
      ? Promise.resolve(this.#parts.launches.launch(session.id, this.#first(session)))
      : this.resume({ session: session.id }, actor);
  }

  /** Sessions that waited for credentials go on. */
  credentialsCame(): void {
    const { book, lives, launches, store } = this.#parts;
    for (const session of store.sessions.list({ states: ['waiting'] })) {
      if (session.reason.code !== 'no-credentials') continue;
      if (lives.has(session.id)) book.enter(session.id, 'running', atWork);
      else launches.launch(session.id, session.environment === undefined ? this.#first(session) : this.#again(session));
    }
  }

  async send(key: string, text: string, actor: Actor): Promise<Session> {
    const { store, book, lives, launches } = this.#parts;
    const session = this.#find(key);
    requireState(session.state, [...liveStates, 'created', 'completed', 'stopped', 'failed'], 'sent a message');
    store.followUps.add(session.id, text);
    const changed = book.change(session.id, { queued: store.followUps.count(session.id) }, actor);
    if (lives.has(session.id)) lives.nudge(session.id);
    else if (session.environment !== undefined && !liveStates.includes(session.state))
      return launches.launch(session.id, this.#again(changed));
    return Promise.resolve(changed);
  }

  /** A session ended while follow-ups waited for it: it goes on with them. */
  goOn(id: string): void {
    const { book, launches } = this.#parts;
    launches.launch(id, this.#again(book.get(id)));
  }

  async stop(key: string, actor: Actor): Promise<Session> {
    const { book, serial, launches } = this.#parts;
    const session = this.#find(key);
    requireState(session.state, liveStates, 'stopped');
    launches.callOff(session.id);
    return serial.run(session.id, async () => {
      await this.#halt(session.id);
      return book.enter(
        session.id,
        'stopped',
        { code: 'stopped', message: 'The session was stopped. Resume it to go on.' },
        { actor },
      );
    });
  }

  async resume(input: OperationParsedInput<'session.resume'>, actor: Actor): Promise<Session> {
    const { book, serial, launches } = this.#parts;
    const { id } = this.#find(input.session);
    const busy = this.#find(id).state === 'running';
    if (busy && input.mode === undefined)
      requireState('running', ['stopped', 'completed', 'failed', 'waiting'], 'resumed');
    return serial.run(id, async () => {
      const session = book.get(id);
      if (session.state === 'running') await this.#halt(id);
      requireState(session.state, ['created', 'running', 'stopped', 'completed', 'failed', 'waiting'], 'resumed');
      if (session.state === 'running')
        book.enter(id, 'stopped', { code: 'changing-mode', message: 'Claude goes on in another mode.' }, { actor });
      if (input.mode !== undefined) book.change(id, { mode: input.mode }, actor);
      const fresh = book.get(id);
      return launches.launch(
        id,
        fresh.environment === undefined ? this.#first(fresh) : this.#again(fresh, input.prompt),
      );
    });
  }

  async cancel(key: string, actor: Actor): Promise<Session> {
    const { book, serial, launches } = this.#parts;
    const session = this.#find(key);
    if (session.state === 'cancelled') return session;
    requireState(session.state, [...liveStates, 'created', 'blocked', 'stopped', 'completed', 'failed'], 'cancelled');
    launches.callOff(session.id);
    return serial.run(session.id, async () => {
      await this.#halt(session.id, { keepRunning: true });
      await this.#discard(session.id);
      return book.enter(
        session.id,
        'cancelled',
        { code: 'cancelled', message: 'The session was cancelled.' },
        { actor },
      );
    });
  }

  async remove(key: string, discard: boolean, actor: Actor): Promise<string> {
    const { serial, launches, pushing, repositories, folders, store, homecoming, makings } = this.#parts;
    const session = this.#find(key);
    launches.callOff(session.id);
    if (discard) homecoming.abandon(session.id);
    return serial.run(session.id, async () => {
      await this.#halt(session.id, { keepRunning: true, force: discard });
      if (!discard) await pushing.requireNothingLost(session.id);
      await this.#discard(session.id);
      await repositories.workStore(session.repository).deleteSession(session.id);
      folders.remove(session.id);
      homecoming.forget(session.id);
      makings.forget(session.id);
      store.sessions.remove(session.id, actor);
      return session.id;
    });
  }

  push(key: string, actor: Actor, signal: AbortSignal): Promise<OperationOutput<'session.push'>> {
    return this.#parts.pushing.push(this.#find(key).id, actor, signal);
  }

  async resources(key: string, signal: AbortSignal): Promise<Resources | undefined> {
    const session = this.#find(key);
    if (session.environment === undefined) return undefined;
    const environment = await this.#parts.runtime.find(session.id, signal);
    return environment?.resources(signal);
  }

  /** Rejects with `environment-gone` when there is none (yet, or any more). */
  async environment(key: string, signal: AbortSignal): Promise<OperationOutput<'session.environment'>> {
    const session = this.#find(key);
    const environment = session.environment && (await this.#parts.runtime.find(session.id, signal));
    if (environment === undefined)
      throw new FlotillaError('environment-gone', `"${session.name}" has no environment now.`);
    const { id, name = id, user, workspaceFolder } = environment;
    return { id, name, user, workspaceFolder, isRunning: (await environment.status(signal)) === 'running' };
  }

  #find(key: string): Session {
    return this.#parts.store.sessions.find(key);
  }

  #first(session: Session): Launch {
    return { prompt: session.prompt, resume: false, ...this.#making(session.id) };
  }

  /** Going on with a conversation: with what is asked now, what waits in the queue, or a plain word to go on. */
  #again(session: Session, prompt?: string): Launch {
    const { store } = this.#parts;
    const begun = session.claudeSessionId !== undefined;
    const waiting = store.followUps.count(session.id) > 0;
    const goOn = session.mode === 'autonomous' && !waiting ? 'Please go on where you were interrupted.' : '';
    return { prompt: prompt ?? (begun ? goOn : session.prompt), resume: begun, ...this.#making(session.id) };
  }

  #making(id: string): Making {
    return this.#parts.makings.get(id);
  }

  /**
   * Ends Claude, brings the work home, and stops the environment unless `keepRunning`. Without `force`, work that can't be brought
   * home is an error, and the environment is then kept as it is.
   */
  async #halt(id: string, options: { keepRunning?: boolean; force?: boolean } = {}): Promise<void> {
    const { book, lives, runtime, homecoming } = this.#parts;
    await lives.stop(id);
    if (book.get(id).environment === undefined) return;
    const environment = await runtime.find(id, AbortSignal.timeout(30_000));
    if (environment === undefined) {
      if (options.force !== true) await this.#requireHome(id);
      return;
    }
    if (options.force !== true) await homecoming.bringHalted(id, environment);
    if (options.keepRunning !== true) await environment.stop();
  }

  /** A container that was removed from outside leaves volumes, which may hold what never came home. */
  async #requireHome(id: string): Promise<void> {
    const { runtime, homecoming, book } = this.#parts;
    if (homecoming.isHome(id)) return;
    const left = (await runtime.list(AbortSignal.timeout(30_000))).find(({ sessionId }) => sessionId === id);
    if (left === undefined) return;
    throw new FlotillaError(
      'work-not-home',
      `The container of "${book.get(id).name}" was removed, and its volumes may hold work that never came home. Resume the session with "flotilla resume ${id}", or remove it with --discard to lose that work.`,
    );
  }

  async #discard(id: string): Promise<void> {
    const { runtime, book } = this.#parts;
    await runtime.discard(id, AbortSignal.timeout(discardTimeout));
    book.change(id, { environment: undefined });
  }
}
