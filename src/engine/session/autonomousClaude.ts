import type { Reason, Session } from '../../protocol/session.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Run } from '../claude/run.ts';
import { StreamReader } from '../claude/streamJson.ts';
import type { FollowUps } from '../store/followUps.ts';
import type { SessionBook } from './book.ts';
import { type ClaudeEnd, Ending, type LiveClaude } from './live.ts';
import type { RunNote, RunNotes } from './runNotes.ts';
import { TurnReader } from './turnReader.ts';

/** After a command that may have committed, how long until commits are looked for, in milliseconds. */
const commitDelay = 2000;
/** Longest time of work without a checkpoint, in milliseconds. */
const checkpointEvery = 5 * 60_000;

export interface AutonomousParts {
  readonly id: string;
  readonly run: Run;
  readonly book: SessionBook;
  readonly notes: RunNotes;
  /** Brings commits and a checkpoint home. */
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
  readonly #checkpoints: NodeJS.Timeout;
  #commitTimer: NodeJS.Timeout | undefined;
  #result: RunNote['result'];
  #idle: boolean;
  /** Messages that Claude has taken up, and the follow-up that is on its way to it. */
  readonly #heard = new Set<string>();
  #sent: { readonly followUp: number; readonly uuid: string } | undefined;
  #handing = false;
  #stopping = false;
  #leaving = false;

  constructor(parts: AutonomousParts) {
    this.#parts = parts;
    this.#checkpoints = setInterval(() => void this.#bringHome(), checkpointEvery);
    const note = parts.notes.get(parts.id);
    this.#result = note?.result;
    this.#idle = note?.idle ?? false;
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
    await this.#parts.run.stop();
    await this.ended;
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    this.#following.abort();
    await this.ended;
  }

  async #follow(offset: number): Promise<void> {
    const { run, id } = this.#parts;
    let exitCode: number | undefined;
    try {
      const end = await run.follow(offset, (line, next) => this.#line(line, next), this.#following.signal);
      exitCode = end.exitCode;
    } catch (error) {
      if (!this.#leaving) this.#parts.log.warn('following Claude failed', { session: id, error: messageOf(error) });
    }
    clearInterval(this.#checkpoints);
    clearTimeout(this.#commitTimer);
    this.#ending.settle(this.#leaving ? { how: 'left' } : await this.#explain(exitCode));
  }

  /** One line of output and how far it reaches, kept together: after a crash no line is missing and none is told twice. */
  #line(line: string, nextOffset: number): void {
    this.#parts.book.together(() => this.#take(line, nextOffset));
    if (this.#idle) void this.#afterTurn();
  }

  #take(line: string, nextOffset: number): void {
    const { book, id, notes } = this.#parts;
    for (const event of this.#stream.read(line)) {
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
    notes.advance(id, { offset: nextOffset, result: this.#result, idle: this.#idle });
  }

  /** Claude has taken up a message: only now is a follow-up out of the queue. */
  #takenUp(uuid: string | undefined): void {
    this.#idle = false;
    if (uuid !== undefined) this.#heard.add(uuid);
    this.#settleSent();
  }

  #settleSent(): void {
    const { followUps, book, id } = this.#parts;
    if (this.#sent === undefined || !this.#heard.has(this.#sent.uuid)) return;
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
        await this.#handOver();
      }
    } catch (error) {
      this.#parts.log.warn('Claude could not be told to go on', { session: this.#parts.id, error: messageOf(error) });
    } finally {
      this.#handing = false;
    }
  }

  async #handOver(): Promise<void> {
    const { run, followUps, id } = this.#parts;
    const next = followUps.next(id);
    if (next === undefined) {
      await run.finish();
      return;
    }
    const uuid = await run.send(next.text);
    this.#sent = { followUp: next.id, uuid };
    // Claude may have taken it up before the sending was known to have worked.
    this.#settleSent();
  }

  /** However many commands follow each other, the first one's commits don't wait for the last. */
  #lookForCommits(): void {
    this.#commitTimer ??= setTimeout(() => {
      this.#commitTimer = undefined;
      void this.#bringHome();
    }, commitDelay);
  }

  async #bringHome(): Promise<void> {
    await this.#parts
      .bringHome()
      .catch((error: unknown) =>
        this.#parts.log.warn('work could not be brought home', { session: this.#parts.id, error: messageOf(error) }),
      );
  }

  async #explain(exitCode: number | undefined): Promise<ClaudeEnd> {
    const { book, id, outOfMemory } = this.#parts;
    if (this.#stopping) return { how: 'closed', reason: { code: 'stopped', message: 'The session was stopped.' } };
    // Without an exit code the supervisor was killed; Claude may live on unseen.
    if (exitCode === undefined) await this.#parts.run.stop().catch(() => undefined);
    if (outOfMemory() && exitCode !== 0) return { how: 'failed', reason: shortOfMemory(book.get(id)) };
    if (exitCode === 0 && this.#result?.failed === false) return { how: 'completed' };
    return { how: 'failed', reason: await this.#failure(exitCode) };
  }

  async #failure(exitCode: number | undefined): Promise<Reason> {
    if (this.#result?.failed === true) {
      const { text } = this.#result;
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

const shortOfMemory = (session: Session): { code: string; message: string } => ({
  code: 'out-of-memory',
  message: `The environment ran out of memory (limit ${Math.round(session.limits.memory / 1024 ** 2)} MiB). Resume the session, or start one with a higher limit.`,
});

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300) || 'no message';
