import type { Session } from '../../protocol/session.ts';
import { sleep } from '../base/clock.ts';
import { FlotillaError, messageOf } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { Log } from '../base/log.ts';
import { type ActivityRecord, type HookRecord, watchActivity } from '../claude/activity.ts';
import { isCommand, type Tui } from '../claude/tui.ts';
import type { Environment } from '../runtime/contract.ts';
import type { FollowUps } from '../store/followUps.ts';
import type { SessionBook } from './book.ts';
import { InteractiveActivity } from './interactiveActivity.ts';
import { type ClaudeEnd, Ending, type LiveClaude } from './live.ts';
import type { RunNotes } from './runNotes.ts';
import { shortOfMemory } from './shortOfMemory.ts';

/** After the watcher was cut off, how long until it is tried again, in milliseconds. */
const retryAfter = 1000;

/** Longest until Claude's status follows a prompt that it has taken up, in milliseconds: until then it may still look idle. */
const statusFollows = 2000;

export interface InteractiveParts {
  readonly id: string;
  readonly tui: Tui;
  readonly environment: Environment;
  readonly book: SessionBook;
  /** Brings commits and a checkpoint home. Never rejects. */
  readonly bringHome: () => Promise<void>;
  readonly followUps: FollowUps;
  readonly notes: RunNotes;
  /** True when the kernel has just killed something in the environment for want of memory. */
  readonly outOfMemory: () => boolean;
  readonly log: Log;
}

/** The genuine TUI in tmux inside the environment. What it does is read from its status file; hooks give the reasons. */
export class InteractiveClaude implements LiveClaude {
  readonly #parts: InteractiveParts;
  readonly #watching = new AbortController();
  readonly #ending = new Ending();
  readonly #activity = new InteractiveActivity();
  /** It has taken up what it was started with: before that it looks idle for a moment. */
  #hasBegun: boolean;
  /** Prompts that it took up so shortly ago that its status may not show it. */
  #fresh = 0;
  #pasting = false;
  #stopping = false;
  #leaving = false;

  constructor(parts: InteractiveParts) {
    this.#parts = parts;
    const note = parts.notes.get(parts.id);
    this.#hasBegun = note?.runId === undefined || note.idle;
    void this.#watch();
  }

  get ended(): Promise<ClaudeEnd> {
    return this.#ending.promise;
  }

  /** Who sends something now wants it tried, whatever came of the turn before. */
  nudge(): void {
    this.#activity.forgetFailure();
    void this.#handOver();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    try {
      await this.#parts.tui.stop();
    } catch (error) {
      // With its environment Claude has ended as well.
      if (!FlotillaError.is(error, 'environment-gone')) {
        this.#stopping = false;
        throw error;
      }
    }
    this.#watching.abort();
    await this.ended;
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    this.#watching.abort();
    await this.ended;
  }

  async #watch(): Promise<void> {
    const { environment, id, log } = this.#parts;
    const { signal } = this.#watching;
    for (;;) {
      await watchActivity(environment, (record) => this.#record(record), signal).catch((error: unknown) => {
        if (!signal.aborted) log.debug('watching Claude was cut off', { session: id, error: messageOf(error) });
      });
      if (signal.aborted || !(await this.#isAlive())) break;
      await sleep(retryAfter, signal);
    }
    this.#ending.settle(this.#explain());
  }

  /** An error says nothing about Claude while its environment runs or can't be asked: Docker may be restarting. */
  async #isAlive(): Promise<boolean> {
    const { environment, tui } = this.#parts;
    const { signal } = this.#watching;
    try {
      return await tui.alive(signal);
    } catch {
      return (await environment.status(signal).catch(() => 'running' as const)) === 'running';
    }
  }

  #explain(): ClaudeEnd {
    if (this.#leaving) return { how: 'left' };
    const { book, id, outOfMemory } = this.#parts;
    const session = book.peek(id);
    if (!this.#stopping && session !== undefined && outOfMemory())
      return { how: 'failed', reason: shortOfMemory(session) };
    const message = this.#stopping
      ? 'The session was stopped.'
      : 'Claude was closed. Resume the session to go on with the conversation.';
    return { how: 'closed', reason: { code: this.#stopping ? 'stopped' : 'closed', message } };
  }

  #record(record: ActivityRecord): void {
    const { book, id } = this.#parts;
    const session = book.get(id);
    switch (record.type) {
      case 'status':
        this.#status(session, record);
        return;
      case 'hook':
        this.#hook(session, record);
        return;
      case 'statusLine':
        if (record.context !== undefined) book.change(id, { context: record.context });
        return;
    }
  }

  #status(session: Session, record: Extract<ActivityRecord, { type: 'status' }>): void {
    const activity = this.#activity.status(record, session.activity);
    this.#parts.book.change(session.id, { activity });
    if (activity.kind === 'working') this.#begun();
    if (activity.kind === 'idle' && !this.#isHeldBack()) void this.#handOver();
  }

  #hook(session: Session, record: HookRecord): void {
    const { book } = this.#parts;
    if (record.claudeSessionId !== undefined && record.claudeSessionId !== session.claudeSessionId)
      book.change(session.id, { claudeSessionId: record.claudeSessionId });
    const activity = this.#activity.hook(record, session.activity);
    if (activity !== undefined) book.change(session.id, { activity });
    if (record.entry !== undefined) book.timeline(session.id, record.entry);
    if (record.name === 'UserPromptSubmit') void this.#prompted();
    if (record.name === 'Stop') book.change(session.id, { turns: session.turns + 1 });
    if (record.name === 'Stop' || record.name === 'StopFailure') void this.#parts.bringHome();
  }

  async #lookAgain(): Promise<void> {
    await sleep(statusFollows, this.#watching.signal);
    await this.#handOver();
  }

  async #prompted(): Promise<void> {
    this.#begun();
    this.#fresh += 1;
    await sleep(statusFollows, this.#watching.signal);
    this.#fresh -= 1;
    if (!this.#isHeldBack()) await this.#handOver();
  }

  #begun(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#parts.notes.advance(this.#parts.id, { idle: true });
  }

  /** What waits is not spent on an API that ends turns. */
  #isHeldBack(): boolean {
    return this.#activity.failure !== undefined;
  }

  #isFree(): boolean {
    // What a Claude is given that is being ended would be lost with it.
    if (this.#stopping || this.#watching.signal.aborted || this.#ending.done) return false;
    if (this.#pasting || !this.#hasBegun || this.#fresh > 0) return false;
    return this.#parts.book.peek(this.#parts.id)?.activity?.kind === 'idle';
  }

  /** Gives Claude the next follow-up once it has nothing to do. */
  async #handOver(): Promise<void> {
    const { book, followUps, notes, tui, id, log } = this.#parts;
    const next = this.#isFree() ? followUps.next(id) : undefined;
    if (next === undefined) return;
    this.#pasting = true;
    // Nothing tells of a command's end.
    let isLookedAfter = !isCommand(next.text);
    try {
      // Under a name that outlives the engine: the next one does not enter it a second time.
      await tui.paste(next.text, { name: notes.hand(id, next.id).uuid });
      faultPoint('run.sent');
      book.together(() => {
        followUps.take(next.id);
        book.change(id, { queued: followUps.count(id) });
      });
    } catch (error) {
      log.warn('a follow-up could not be handed over', { session: id, error: messageOf(error) });
      isLookedAfter = false;
    } finally {
      this.#pasting = false;
    }
    if (!isLookedAfter) await this.#lookAgain();
  }
}
