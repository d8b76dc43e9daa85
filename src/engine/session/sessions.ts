import type { Actor } from '../../protocol/actor.ts';
import type { OperationOutput, OperationParsedInput, Resources } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError, toErrorBody } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import { isCommand } from '../claude/tui.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import type { SessionBook } from './book.ts';
import type { Creation } from './creation.ts';
import type { Departures } from './departures.ts';
import type { DataFolders } from './folders.ts';
import { plainWord } from './goingOn.ts';
import type { Halting } from './halting.ts';
import type { Holds } from './holds.ts';
import type { Homecoming } from './homecoming.ts';
import type { Launch, Launches } from './launches.ts';
import type { Lives } from './lives.ts';
import { atWork } from './reasons.ts';
import type { Making } from './starter.ts';
import type { Pushing } from './pushing.ts';
import type { Repositories } from './repositories.ts';
import type { Serial } from '../base/serial.ts';
import { liveStates, requireState } from './stateMachine.ts';
import type { MakingNotes } from './makingNotes.ts';

export interface SessionsParts {
  readonly store: Store;
  readonly book: SessionBook;
  readonly runtime: Runtime;
  readonly creation: Creation;
  readonly launches: Launches;
  readonly lives: Lives;
  readonly halting: Halting;
  readonly homecoming: Homecoming;
  readonly pushing: Pushing;
  readonly repositories: Repositories;
  readonly folders: DataFolders;
  readonly serial: Serial;
  readonly makings: MakingNotes;
  readonly holds: Holds;
  readonly departures: Departures;
}

const awaitsStart = (state: Session['state']): boolean => state === 'queued' || state === 'starting';

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
    const { book, lives, store, holds } = this.#parts;
    for (const session of store.sessions.list({ states: ['waiting'] })) {
      if (session.reason.code !== 'no-credentials') continue;
      if (lives.has(session.id)) book.enter(session.id, 'running', atWork);
      // One that is held, as by its landing, is resumed by whoever wants it.
      else if (!holds.has(session.id)) this.goOn(session.id);
    }
  }

  async send(key: string, text: string, actor: Actor): Promise<Session> {
    const session = this.#find(key);
    requireState(session.state, [...liveStates, 'created', 'completed', 'stopped', 'failed'], 'sent a message');
    // One that was stopped before it had an environment is started.
    const isAtRest = ![...liveStates, 'created'].includes(session.state);
    const changed = this.#parts.book.together(() => {
      const queued = this.#queue(session.id, text, actor);
      return isAtRest && !this.#parts.lives.has(session.id) ? this.goOn(session.id) : queued;
    });
    this.#parts.lives.nudge(session.id);
    return Promise.resolve(changed);
  }

  /** Starts a session from where it is: with its task, or with the follow-ups that wait for it, or with a plain word to go on. */
  goOn(id: string, prompt?: string): Session {
    const { book, launches, holds } = this.#parts;
    holds.require(id);
    const session = book.get(id);
    return launches.launch(id, session.environment === undefined ? this.#first(session) : this.#again(session, prompt));
  }

  async stop(key: string, actor: Actor): Promise<Session> {
    const { book, serial, launches, halting, departures } = this.#parts;
    const session = this.#find(key);
    requireState(session.state, liveStates, 'stopped');
    await departures.announce(session.id, 'stop');
    launches.callOff(session.id);
    return serial.run(session.id, async () => {
      await halting.rest(session.id);
      return book.enter(
        session.id,
        'stopped',
        { code: 'stopped', message: 'The session was stopped. Resume it to go on.' },
        { actor },
      );
    });
  }

  async resume(input: OperationParsedInput<'session.resume'>, actor: Actor): Promise<Session> {
    const { book, serial, lives, launches, halting, holds } = this.#parts;
    const { id, state: before } = this.#find(input.session);
    if (before === 'running' && input.mode === undefined)
      requireState('running', ['stopped', 'completed', 'failed', 'waiting'], 'resumed');
    return serial.run(id, async () => {
      const { state } = book.get(id);
      // It has just gone on by itself, and that start is next in line.
      if (awaitsStart(state) && launches.has(id) && input.mode === undefined)
        return this.#queue(id, input.prompt, actor);
      requireState(state, ['created', 'running', 'stopped', 'completed', 'failed', 'waiting'], 'resumed');
      holds.require(id);
      // It waits for credentials, and goes on by itself when they come.
      if (lives.has(id) && input.mode === undefined) return this.#queue(id, input.prompt, actor);
      if (lives.has(id) || state === 'running') {
        await halting.rest(id);
        book.enter(id, 'stopped', { code: 'changing-mode', message: 'Claude goes on in another mode.' }, { actor });
      }
      return book.together(() => {
        if (input.mode !== undefined) book.change(id, { mode: input.mode }, actor);
        return this.#goOnWith(id, input.prompt, actor);
      });
    });
  }

  /** What is asked must survive the engine and come after the task: it is a follow-up, but for a command, which is only heard at the start. */
  #goOnWith(id: string, prompt: string | undefined, actor: Actor): Session {
    const { environment, claudeSessionId, mode, prompt: task } = this.#parts.book.get(id);
    const isFirst = (environment === undefined || claudeSessionId === undefined) && task !== '';
    const isAtStart = mode === 'interactive' && environment !== undefined && !isFirst;
    if (isAtStart && prompt !== undefined && isCommand(prompt)) return this.goOn(id, prompt);
    this.#queue(id, prompt, actor);
    return this.goOn(id);
  }

  #queue(id: string, text: string | undefined, actor: Actor): Session {
    const { store, book } = this.#parts;
    if (text !== undefined && text !== '') store.followUps.add(id, text);
    return book.change(id, { queued: store.followUps.count(id) }, actor);
  }

  async cancel(key: string, actor: Actor): Promise<Session> {
    const { book, serial, launches, halting, homecoming, departures } = this.#parts;
    const session = this.#find(key);
    if (session.state === 'cancelled') return session;
    requireState(session.state, [...liveStates, 'created', 'blocked', 'stopped', 'completed', 'failed'], 'cancelled');
    await departures.announce(session.id, 'cancel');
    launches.callOff(session.id);
    return serial.run(session.id, async () => {
      await this.#secure(session.id);
      homecoming.noteHome(session.id);
      await halting.discard(session.id);
      return book.enter(
        session.id,
        'cancelled',
        { code: 'cancelled', message: 'The session was cancelled.' },
        { actor },
      );
    });
  }

  async remove(key: string, discard: boolean, actor: Actor): Promise<string> {
    const { serial, launches, halting, pushing, repositories, folders, store, homecoming, lives, makings } =
      this.#parts;
    const session = this.#find(key);
    await this.#parts.departures.announce(session.id, 'remove');
    launches.callOff(session.id);
    if (discard) homecoming.abandon(session.id);
    return serial.run(session.id, async () => {
      if (!discard) {
        await this.#secure(session.id);
        await pushing.requireNothingLost(session.id);
        homecoming.noteHome(session.id);
      }
      faultPoint('remove.secured');
      await halting.discard(session.id);
      faultPoint('remove.environment');
      await repositories.workStore(session.repository).deleteSession(session.id);
      faultPoint('remove.refs');
      folders.remove(session.id);
      homecoming.forget(session.id);
      lives.forget(session.id);
      makings.forget(session.id);
      pushing.forget(session.id);
      store.sessions.remove(session.id, actor);
      await this.#parts.departures.announce(session.id, 'gone');
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
    const goOn = session.mode === 'autonomous' && !waiting ? plainWord : '';
    const task = begun || session.prompt === '' ? goOn : session.prompt;
    return { prompt: prompt ?? task, resume: begun, ...this.#making(session.id) };
  }

  /** Claude has ended either way: when its work can't be brought home, the session says so and is stopped. */
  async #secure(id: string): Promise<void> {
    const { halting, lives, book } = this.#parts;
    try {
      await halting.secure(id);
    } catch (error) {
      const { code, message } = toErrorBody(error);
      const wasLive = liveStates.includes(book.peek(id)?.state ?? 'created');
      if (wasLive && !lives.has(id)) book.enter(id, 'stopped', { code, message });
      throw error;
    }
  }

  #making(id: string): Making {
    return this.#parts.makings.get(id);
  }
}
