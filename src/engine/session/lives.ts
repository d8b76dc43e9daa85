import type { Session } from '../../protocol/session.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import { contextMessage } from '../claude/contextMessage.ts';
import type { ClaudeOptions } from '../claude/commandLine.ts';
import { Run } from '../claude/run.ts';
import type { StartState } from '../claude/startState.ts';
import { isCommand, Tui } from '../claude/tui.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Environment } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import { AutonomousClaude } from './autonomousClaude.ts';
import type { SessionBook } from './book.ts';
import type { DataFolders } from './folders.ts';
import type { Homecoming } from './homecoming.ts';
import { InteractiveClaude } from './interactiveClaude.ts';
import type { ClaudeEnd, LiveClaude } from './live.ts';
import { type Handed, type Plan, type RunNote, RunNotes } from './runNotes.ts';

/** Longest time of a Claude without a checkpoint, in milliseconds. */
const checkpointEvery = 5 * 60_000;

export interface LivesParts {
  readonly store: Store;
  readonly book: SessionBook;
  readonly gateway: Gateway;
  readonly folders: DataFolders;
  readonly homecoming: Homecoming;
  readonly log: Log;
}

/** How a Claude begins: with what it is asked, and whether an earlier conversation goes on. */
export interface Beginning {
  readonly prompt: string;
  readonly resume: boolean;
}

/** An end within this time of news that memory ran out is its doing, in milliseconds; later ones have other reasons. */
const memoryNewsFor = 10_000;

/** The Claudes that are at work, one a session, each with its door to the API. */
export class Lives {
  readonly #parts: LivesParts;
  readonly #notes: RunNotes;
  readonly #live = new Map<string, LiveClaude>();
  readonly #doors = new Map<string, Closable>();
  /** Others than a session's own Claude who use its door. */
  readonly #guests = new Map<string, number>();
  /** Those that somebody ends just now, and who therefore hears of it. */
  readonly #stopping = new Set<LiveClaude>();
  /** When the kernel last ended something in a session's environment for want of memory, by the process's own clock. */
  readonly #shortOfMemory = new Map<string, number>();
  readonly #onEnd: (id: string, end: ClaudeEnd) => void;

  /** `onEnd` hears of each Claude that ended without `stop` having been asked for. */
  constructor(parts: LivesParts, onEnd: (id: string, end: ClaudeEnd) => void) {
    this.#parts = parts;
    this.#notes = new RunNotes(parts.store);
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#live.size;
  }

  has(id: string): boolean {
    return this.#live.has(id);
  }

  /** A Claude was started that nobody saw end: it may still be at work inside, unseen. */
  mayBeInside(id: string): boolean {
    return this.#notes.get(id) !== undefined;
  }

  async begin(session: Session, environment: Environment, beginning: Beginning, signal: AbortSignal): Promise<void> {
    const { id, mode } = session;
    await this.#openDoor(id);
    this.#parts.homecoming.begin(id);
    this.#shortOfMemory.delete(id);
    // Noted first: an engine that is killed while Claude starts must leave a trace of it.
    const { prompt, resume } = beginning;
    // Nothing tells when the terminal has taken up a command.
    const isIdle = prompt === '' || (mode === 'interactive' && isCommand(prompt));
    const plan = this.#notes.plan(session, isIdle, resume ? session.claudeSessionId : undefined);
    const options = claudeOptions(session, environment, prompt, plan);
    faultPoint('start.planned');
    const how = { id: plan.runId, signal };
    if (mode === 'interactive') await Tui.start(environment, options, how);
    else await Run.start(environment, options, how);
    faultPoint('start.claude');
    this.#confirm(id);
    this.#see(id, environment);
  }

  /** Finds a Claude again that went on while no engine was there. False when it is not there any more. */
  async reopen(session: Session, environment: Environment): Promise<boolean> {
    const note = this.#notes.get(session.id);
    if (note === undefined || (note.mode === 'autonomous' && note.runId === undefined)) return false;
    const { id } = session;
    await this.#openDoor(id);
    const found = await look(note, environment);
    if (found === 'not-begun') {
      // It may still come: what is noted of it stays.
      await this.#closeDoor(id);
      return false;
    }
    if (!note.begun) this.#confirm(id);
    if (found === 'over') await this.stop(id);
    else this.#see(id, environment);
    return found === 'there';
  }

  /** Says whether a start that was cut off has begun a Claude, now that its environment can be asked. Writes down what is found. */
  async recall(id: string, environment: Environment): Promise<void> {
    const note = this.#notes.get(id);
    if (note === undefined || note.begun) return;
    if ((await stateOf(note, environment)) !== 'none') this.#confirm(id);
  }

  /** The follow-up that was handed to a Claude of this session last, taken up or not. */
  handed(id: string): Handed | undefined {
    return this.#notes.handed(id);
  }

  /** The session is removed. */
  forget(id: string): void {
    this.#notes.forget(id);
  }

  nudge(id: string): void {
    this.#live.get(id)?.nudge();
  }

  noteOutOfMemory(id: string): void {
    this.#shortOfMemory.set(id, performance.now());
  }

  /** Ends a session's Claude and closes its door. Harmless when there is none. When it rejects, Claude goes on and is seen to as before. */
  async stop(id: string): Promise<void> {
    await this.shut(id);
    await this.letGo(id);
  }

  /** Like `stop`, but keeps what is noted: a Claude may have begun that nobody sees, until its environment has been stopped. */
  async shut(id: string): Promise<void> {
    const live = this.#live.get(id);
    if (live !== undefined) await this.#end(id, live);
    await this.#closeDoor(id);
  }

  /** Runs what needs the session's way to the API beside its own Claude, such as another Claude in its environment. */
  async withDoor<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.#guests.set(id, (this.#guests.get(id) ?? 0) + 1);
    try {
      await this.#openDoor(id);
      return await work();
    } finally {
      const left = (this.#guests.get(id) ?? 1) - 1;
      if (left > 0) this.#guests.set(id, left);
      else this.#guests.delete(id);
      if (!this.#live.has(id)) await this.#closeDoor(id);
    }
  }

  /** A session's Claude has ended, and what follows from it is done: nothing in the environment reaches the API any more. */
  async letGo(id: string): Promise<void> {
    this.#shortOfMemory.delete(id);
    await this.#closeDoor(id);
    this.#notes.end(id);
  }

  async #end(id: string, live: LiveClaude): Promise<void> {
    this.#stopping.add(live);
    try {
      await live.stop();
    } catch (error) {
      // It has ended all the same.
      if (this.#live.get(id) === live) throw error;
    } finally {
      this.#stopping.delete(live);
    }
    if (this.#live.get(id) === live) this.#live.delete(id);
  }

  async #closeDoor(id: string): Promise<void> {
    if (this.#guests.has(id)) return;
    const door = this.#doors.get(id);
    this.#doors.delete(id);
    await door?.close();
  }

  /** The engine leaves; every Claude goes on. */
  async leave(): Promise<void> {
    const live = [...this.#live.values()];
    this.#live.clear();
    await Promise.all(live.map((one) => one.leave()));
    await Promise.all([...this.#doors.keys()].map((id) => this.#closeDoor(id)));
  }

  async #openDoor(id: string): Promise<void> {
    if (this.#doors.has(id)) return;
    this.#parts.folders.make(id);
    this.#doors.set(id, await this.#parts.gateway.open(id, this.#parts.folders.api(id)));
  }

  #watch(id: string, live: LiveClaude): void {
    this.#live.set(id, live);
    const checkpoints = setInterval(() => void this.#parts.homecoming.bringOrLog(id), checkpointEvery);
    void live.ended
      .finally(() => {
        clearInterval(checkpoints);
      })
      .then((end) => {
        if (this.#live.get(id) !== live || end.how === 'left') return;
        this.#live.delete(id);
        // Whoever stopped it knows.
        if (!this.#stopping.has(live)) this.#onEnd(id, end);
      })
      .catch((error: unknown) => this.#parts.log.error('the end of a Claude was not noted', { session: id, error }));
  }

  #isShortOfMemory(id: string): boolean {
    const at = this.#shortOfMemory.get(id);
    return at !== undefined && performance.now() - at < memoryNewsFor;
  }

  /** Claude has begun: from now on the session has this conversation, whatever Claude comes to. */
  #confirm(id: string): void {
    const { book, store } = this.#parts;
    const conversation = this.#notes.get(id)?.conversation;
    store.transaction(() => {
      this.#notes.advance(id, { begun: true });
      if (conversation !== undefined) book.change(id, { claudeSessionId: conversation });
    });
  }

  /** Sees to the Claude of the note. */
  #see(id: string, environment: Environment): void {
    const { store, book, homecoming, log } = this.#parts;
    const { mode, runId } = this.#notes.get(id) ?? {};
    const common = {
      id,
      book,
      notes: this.#notes,
      followUps: store.followUps,
      bringHome: () => homecoming.bringOrLog(id),
      outOfMemory: () => this.#isShortOfMemory(id),
      log,
    };
    if (mode === 'interactive')
      this.#watch(id, new InteractiveClaude({ ...common, environment, tui: Tui.reopen(environment, runId) }));
    else this.#watch(id, new AutonomousClaude({ ...common, run: Run.reopen(environment, runId ?? '') }));
  }
}

/** What is there of the Claude of a note that an earlier engine has left. */
async function look(note: RunNote, environment: Environment): Promise<'there' | 'over' | 'not-begun'> {
  const { begun, mode } = note;
  // An autonomous one that has begun is read to its end in any case.
  if (begun && mode === 'autonomous') return 'there';
  const state = await stateOf(note, environment);
  if (state === 'none' && !begun) return 'not-begun';
  // That a terminal was closed which nobody knew of is still to be told.
  const hasNews = mode === 'autonomous' || (state === 'exited' && !begun);
  return state === 'running' || hasNews ? 'there' : 'over';
}

/** What became of the Claude of a note. */
function stateOf({ mode, runId, begun }: RunNote, environment: Environment): Promise<StartState> {
  if (mode === 'autonomous') return Run.reopen(environment, runId ?? '').state();
  return Tui.reopen(environment, begun ? undefined : runId).state();
}

function claudeOptions(session: Session, { workspaceFolder }: Environment, prompt: string, plan: Plan): ClaudeOptions {
  const { id: sessionId, permissionMode, model, branch, base, repository } = session;
  const about = { sessionId, repository: repository.name, branch, base: base.ref, workspaceFolder };
  const { conversation } = plan;
  return { prompt, workspaceFolder, permissionMode, model, conversation, context: contextMessage(about) };
}
