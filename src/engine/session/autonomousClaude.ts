import type { Reason } from '../../protocol/basics.ts';
import { sleep } from '../base/clock.ts';
import { FlotillaError, messageOf } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { Log } from '../base/log.ts';
import type { Run } from '../claude/run.ts';
import { type ClaudeEvent, StreamReader } from '../claude/streamJson.ts';
import type { FollowUps } from '../store/followUps.ts';
import type { SessionBook } from './book.ts';
import { type ClaudeEnd, Ending, type LiveClaude } from './live.ts';
import type { RunNote, RunNotes } from './runNotes.ts';
import { shortOfMemory } from './shortOfMemory.ts';
import { TurnReader } from './turnReader.ts';

/** After a command that may have committed, how long until commits are looked for, in milliseconds. */
const commitDelay = 2000;
/** After something with Claude did not work, how long until it is tried again, in milliseconds. */
const retryAfter = 2000;
/**
 * News that memory ran out may come a little after the end that it explains: how often and how long it is waited for, in milliseconds. It comes another
 * way than the end of a Claude that was killed, and on a busy machine long after it.
 */
const memoryNews = { looks: { killed: 60, unseen: 10 }, wait: 50 };

export interface AutonomousParts {
  readonly id: string;
  readonly run: Run;
  readonly book: SessionBook;
  readonly notes: RunNotes;
  /** Brings commits and a checkpoint home. Never rejects. */
  readonly bringHome: () => Promise<void>;
  readonly followUps: FollowUps;
  /** True when the kernel killed something in the environment for want of memory. */
  readonly outOfMemory: () => boolean;
  readonly log: Log;
}

/** An autonomous Claude under its supervisor: its output is followed from a byte offset that survives the engine. */
export class AutonomousClaude implements LiveClaude {
  readonly #parts: AutonomousParts;
  readonly #stream = new StreamReader();
  readonly #reader = new TurnReader();
  readonly #following = new AbortController();
  readonly #ending = new Ending();
  #commitTimer: NodeJS.Timeout | undefined;
  #result: RunNote['result'];
  #idle: boolean;
  /** Follow-ups that Claude has taken up in this engine's time, and the one that is on its way to it. */
  readonly #taken = new Set<string>();
  #sent: RunNote['sent'];
  #handing = false;
  #stopping = false;
  #leaving = false;

  constructor(parts: AutonomousParts) {
    this.#parts = parts;
    const note = parts.notes.get(parts.id);
    this.#result = note?.result;
    this.#sent = note?.sent;
    // What Claude has not repeated may never have reached it: it is sent again, and Claude leaves out what it had.
    this.#idle = note?.idle === true || note?.sent !== undefined;
    void this.#follow(note?.offset ?? 0);
    if (this.#idle) void this.#afterTurn();
  }

  get ended(): Promise<ClaudeEnd> {
    return this.#ending.promise;
  }

  nudge(): void {
    if (this.#idle) void this.#afterTurn();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    try {
      await this.#parts.run.stop();
    } catch (error) {
      // With its environment Claude has ended as well.
      if (!FlotillaError.is(error, 'environment-gone')) {
        this.#stopping = false;
        throw error;
      }
    }
    await this.ended;
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    this.#following.abort();
    await this.ended;
  }

  async #follow(offset: number): Promise<void> {
    const exitCode = await this.#followToEnd(offset);
    clearTimeout(this.#commitTimer);
    this.#ending.settle(this.#leaving ? { how: 'left' } : await this.#explain(exitCode));
  }

  /** Never rejects. What could not be written down, for want of room on the disk for example, is read again later. */
  async #followToEnd(offset: number): Promise<number | undefined> {
    const { run, id, book, notes, log } = this.#parts;
    const { signal } = this.#following;
    for (let from = offset; ;) {
      try {
        return (await run.follow(from, (line, next) => this.#line(line, next), signal)).exitCode;
      } catch (error) {
        if (signal.aborted || book.peek(id) === undefined) return undefined;
        log.warn('following Claude failed', { session: id, error: messageOf(error) });
        await sleep(retryAfter, signal);
        from = notes.get(id)?.offset ?? from;
      }
    }
  }

  /** One line of output and how far it reaches, kept together: after a crash no line is missing and none is told twice. */
  #line(line: string, nextOffset: number): void {
    const before = { result: this.#result, idle: this.#idle, sent: this.#sent };
    try {
      this.#parts.book.together(() => this.#take(line, nextOffset));
    } catch (error) {
      this.#forgetSince(before);
      throw error;
    }
    if (this.#idle) void this.#afterTurn();
  }

  /** A line that could not be written down is read again, as if for the first time. */
  #forgetSince({ result, idle, sent }: Pick<RunNote, 'result' | 'idle' | 'sent'>): void {
    this.#result = result;
    this.#idle = idle;
    this.#sent = sent;
    if (sent !== undefined) this.#taken.delete(sent.uuid);
  }

  #take(line: string, nextOffset: number): void {
    const { book, id, notes } = this.#parts;
    for (const event of this.#stream.read(line)) {
      if (this.#isRepeated(event)) continue;
      const reading = this.#reader.read(book.get(id), event);
      if (reading.changes !== undefined && Object.keys(reading.changes).length > 0) book.change(id, reading.changes);
      if (reading.entry !== undefined) book.timeline(id, reading.entry);
      if (reading.mayHaveCommitted === true) this.#lookForCommits();
      if (event.type === 'prompt') this.#takenUp(event.uuid);
      if (reading.result !== undefined) {
        this.#result = reading.result;
        this.#idle = true;
      }
    }
    faultPoint('run.line');
    notes.advance(id, { offset: nextOffset, result: this.#result, idle: this.#idle, sent: this.#sent });
  }

  /** What was sent twice comes back twice, the second time perhaps after Claude was through with it, and to another engine. */
  #isRepeated(event: ClaudeEvent): boolean {
    if (event.type !== 'prompt' || event.uuid === undefined) return false;
    if (this.#taken.has(event.uuid)) return true;
    const { notes, followUps, id } = this.#parts;
    const handed = notes.handed(id);
    return handed?.uuid === event.uuid && followUps.next(id)?.id !== handed.followUp;
  }

  /** Claude has taken up a message: only now is a follow-up out of the queue. */
  #takenUp(uuid: string | undefined): void {
    this.#idle = false;
    const { followUps, book, id } = this.#parts;
    if (this.#sent === undefined || this.#sent.uuid !== uuid) return;
    this.#taken.add(uuid);
    followUps.take(this.#sent.followUp);
    this.#sent = undefined;
    book.change(id, { queued: followUps.count(id) });
  }

  /** A turn has ended: the next follow-up goes in, or Claude's input ends and with it the run. */
  async #afterTurn(): Promise<void> {
    if (this.#handing) return;
    this.#handing = true;
    try {
      while (this.#idle && !this.#stopping && !this.#leaving && !this.#ending.done) {
        this.#idle = false;
        await this.#handOver().catch((error: unknown) => this.#tryAgain(error));
      }
    } finally {
      this.#handing = false;
    }
  }

  /** Claude waits for what it was not told. */
  async #tryAgain(error: unknown): Promise<void> {
    const { log, id } = this.#parts;
    log.warn('Claude could not be told to go on', { session: id, error: messageOf(error) });
    await sleep(retryAfter, this.#following.signal);
    this.#idle = true;
  }

  async #handOver(): Promise<void> {
    const { run, followUps, id, notes } = this.#parts;
    const next = followUps.next(id);
    // Where the API ends turns, what waits is kept for when the session is resumed.
    if (next === undefined || this.#result?.reason !== undefined) {
      await run.finish();
      return;
    }
    // Noted first: an engine that ends meanwhile sends it under the same name again.
    this.#sent = notes.hand(id, next.id);
    notes.advance(id, { sent: this.#sent });
    await run.send(next.text, { uuid: this.#sent.uuid });
    faultPoint('run.sent');
  }

  /** However many commands follow each other, the first one's commits don't wait for the last. */
  #lookForCommits(): void {
    this.#commitTimer ??= setTimeout(() => {
      this.#commitTimer = undefined;
      void this.#parts.bringHome();
    }, commitDelay);
  }

  async #explain(exitCode: number | undefined): Promise<ClaudeEnd> {
    const { book, id } = this.#parts;
    if (this.#stopping) return { how: 'closed', reason: { code: 'stopped', message: 'The session was stopped.' } };
    const session = book.peek(id);
    if (session !== undefined && (await this.#ranOutOfMemory(exitCode)))
      return { how: 'failed', reason: shortOfMemory(session) };
    // Without an exit code the supervisor was killed; Claude may live on unseen.
    if (exitCode === undefined) await this.#parts.run.stop().catch(() => undefined);
    if (exitCode === 0 && this.#result?.failed === false) return { how: 'completed' };
    return { how: 'failed', reason: await this.#failure(exitCode) };
  }

  async #ranOutOfMemory(exitCode: number | undefined): Promise<boolean> {
    if (exitCode !== undefined && exitCode !== killed) return false;
    const most = memoryNews.looks[exitCode === killed ? 'killed' : 'unseen'];
    for (let looks = 0; looks < most && !this.#parts.outOfMemory(); looks++) await sleep(memoryNews.wait);
    return this.#parts.outOfMemory();
  }

  async #failure(exitCode: number | undefined): Promise<Reason> {
    if (this.#result?.failed === true) {
      const { text, reason } = this.#result;
      if (reason !== undefined) return reason;
      const message = `Claude ended with an error: ${firstLine(text)}`;
      return { code: 'claude-failed', message, detail: text.slice(0, 4000) };
    }
    const detail = await this.#parts.run.errorTail(AbortSignal.timeout(10_000)).catch(() => '');
    const how =
      exitCode === undefined ? 'Claude ended and left no exit code.' : `Claude ended with exit code ${exitCode}.`;
    const message = `${how} Resume the session to go on where it was.`;
    return { code: 'claude-failed', message, ...(detail === '' ? {} : { detail }) };
  }
}

/** The exit code of a program that got SIGKILL. */
const killed = 137;

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300) || 'no message';
