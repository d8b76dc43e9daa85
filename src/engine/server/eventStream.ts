import type { Writable } from 'node:stream';
import type { FlotillaEvent } from '../../protocol/events.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { Journal } from '../store/journal.ts';

export interface EventStreamOptions {
  readonly after: number;
  readonly sessionId?: string | undefined;
  /** Milliseconds between signs of life; 15 s when absent. */
  readonly heartbeatMs?: number | undefined;
  /** Milliseconds after which a reader that takes nothing in is dropped; 60 s when absent. It comes back from its last number. */
  readonly stuckMs?: number | undefined;
}

/**
 * Sends the journal to one reader as server-sent events (`id` is the event's number): first what is stored, then what happens.
 * All of it is read from the
 * journal by number, so nothing is missed or sent twice, and a slow reader costs one page of memory, however far behind it is.
 */
export class EventStream implements Closable {
  readonly #journal: Journal;
  readonly #output: Writable;
  readonly #options: EventStreamOptions;
  readonly #listening: Closable;
  readonly #heart: NodeJS.Timeout;
  #sent: number;
  #isPumping = false;
  #isClosed = false;
  #stuck: NodeJS.Timeout | undefined;

  constructor(journal: Journal, output: Writable, options: EventStreamOptions) {
    this.#journal = journal;
    this.#output = output;
    this.#options = options;
    this.#sent = options.after;
    this.#listening = journal.listen((event) => {
      this.#onEvent(event);
    });
    this.#heart = setInterval(() => {
      this.#beat();
    }, options.heartbeatMs ?? 15_000).unref();
    output.on('drain', () => {
      this.#onDrain();
    });
    output.on('close', () => {
      this.close();
    });
    output.on('error', () => {
      this.close();
    });
    this.#pump();
  }

  /** Ends the stream after what was written to it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#heart);
    clearTimeout(this.#stuck);
    void this.#listening.close();
    this.#output.end();
  }

  #onEvent(event: FlotillaEvent): void {
    if (this.#isPumping || this.#output.writableNeedDrain || event.seq <= this.#sent) return;
    if (this.#options.sessionId === undefined || event.sessionId === this.#options.sessionId) this.#send(event);
  }

  #onDrain(): void {
    clearTimeout(this.#stuck);
    this.#stuck = undefined;
    this.#pump();
  }

  /** Sends what the journal has until there is no more or the reader is full. */
  #pump(): void {
    this.#isPumping = true;
    const { sessionId } = this.#options;
    while (!this.#isClosed && !this.#output.writableNeedDrain) {
      const page = this.#journal.after(this.#sent, { sessionId, limit: 100 });
      if (page.length === 0) break;
      for (const event of page) this.#send(event);
    }
    this.#isPumping = false;
  }

  #send(event: FlotillaEvent): void {
    this.#sent = event.seq;
    this.#write(`id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** Names the newest number too, so that a reader of a quiet session comes back from there and not from long ago. */
  #beat(): void {
    if (this.#output.writableNeedDrain) return;
    this.#sent = Math.max(this.#sent, this.#journal.lastSeq());
    this.#write(`event: alive\nid: ${this.#sent}\ndata: ${this.#sent}\n\n`);
  }

  #write(text: string): void {
    if (this.#isClosed || this.#output.write(text)) return;
    this.#stuck ??= setTimeout(() => {
      this.#output.destroy();
    }, this.#options.stuckMs ?? 60_000).unref();
  }
}
