import { EngineError } from '../../client/engineError.ts';
import type { TerminalConnection, TerminalHandlers } from '../../client/terminalConnection.ts';
import type { TerminalMessage, TerminalSize, ViewerMessage } from '../../protocol/terminal.ts';

/** What a viewer is shown. */
export interface StreamHandlers {
  /** The next bytes are a picture of the whole screen in this size, for an empty terminal. */
  snapshot(stream: number, size: TerminalSize): void;
  bytes(stream: number, chunk: Uint8Array): void;
  /** Another viewer gave the terminal this size. */
  size(stream: number, size: TerminalSize): void;
  /** There is no stream now; `isConnecting`: one is looked for. */
  off(message: string, isConnecting: boolean): void;
}

/** Joins the session's terminal: `EngineClient.terminal` of whichever engine there is. */
export type OpenTerminal = (handlers: TerminalHandlers) => Promise<TerminalConnection>;

const firstPauseMs = 150;
const longestPauseMs = 5000;
/** A stream that lasted this long was a good one: the next one is looked for without a pause. */
const goodMs = 5000;

/** Pieces of typing that are kept while an engine is looked for. */
const mostTyped = 200;

/** Refusals that pass by themselves. */
const isPassing = (error: unknown): boolean =>
  EngineError.is(error, 'engine-unreachable') || EngineError.is(error, 'engine-busy');

/**
 * A viewer's stream of a session's terminal. It goes over the engine's end: another engine is looked for, and its stream has another number, so
 * that what belongs to an older one can be told apart. A refusal (the session does not run) ends it until `retry`.
 */
export class TerminalStream {
  readonly #open: OpenTerminal;
  readonly #handlers: StreamHandlers;
  #stream = 0;
  #connection: TerminalConnection | undefined;
  /** What was said before the connection to this stream was there. */
  #waiting: ViewerMessage[] = [];
  /** What was typed while there was no stream, which the next one gets. */
  #typed: Uint8Array[] = [];
  #state: 'off' | 'connecting' | 'on' | 'refused' = 'off';
  #pauseMs = firstPauseMs;
  #timer: NodeJS.Timeout | undefined;

  constructor(open: OpenTerminal, handlers: StreamHandlers) {
    this.#open = open;
    this.#handlers = handlers;
  }

  start(): void {
    if (this.#state === 'off') void this.#connect();
  }

  /** Tries again what was refused: the session has changed. */
  retry(): void {
    if (this.#state === 'refused') void this.#connect();
  }

  /** Leaves the terminal. What still comes of it is not passed on. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#state = 'off';
    this.#stream += 1;
    this.#waiting = [];
    this.#typed = [];
    this.#connection?.close();
    this.#connection = undefined;
  }

  input(bytes: Uint8Array): void {
    if (this.#connection !== undefined) this.#connection.input(bytes);
    else if (this.#state === 'connecting' && this.#typed.length < mostTyped) this.#typed.push(bytes);
  }

  send(message: ViewerMessage): void {
    if (this.#connection !== undefined) this.#connection.send(message);
    else if (this.#state === 'connecting') this.#waiting.push(message);
  }

  /** So many bytes of a stream have been shown; of an older stream it means nothing any more. */
  acknowledge(stream: number, bytes: number): void {
    if (stream === this.#stream) this.send({ type: 'ack', bytes });
  }

  async #connect(): Promise<void> {
    this.#state = 'connecting';
    this.#stream += 1;
    this.#waiting = [];
    const stream = this.#stream;
    this.#handlers.off('Connecting to the terminal…', true);
    try {
      const connection = await this.#open(this.#handlersOf(stream, Date.now()));
      if (stream === this.#stream) this.#join(connection);
      else connection.close();
    } catch (error) {
      if (stream === this.#stream) this.#failed(error);
    }
  }

  #join(connection: TerminalConnection): void {
    this.#state = 'on';
    this.#connection = connection;
    for (const message of this.#waiting.splice(0)) connection.send(message);
    for (const bytes of this.#typed.splice(0)) connection.input(bytes);
  }

  #handlersOf(stream: number, since: number): TerminalHandlers {
    const isCurrent = (): boolean => stream === this.#stream;
    return {
      message: (message) => {
        if (isCurrent()) this.#receive(stream, message);
      },
      bytes: (chunk) => {
        if (isCurrent()) this.#handlers.bytes(stream, chunk);
      },
      closed: () => {
        if (isCurrent()) this.#lost(Date.now() - since);
      },
    };
  }

  #receive(stream: number, message: TerminalMessage): void {
    if (message.type === 'snapshot') this.#handlers.snapshot(stream, message.size);
    else if (message.type === 'size') this.#handlers.size(stream, message.size);
    else this.#handlers.off(message.message, false);
  }

  /** The stream ended or broke: the session's state or the engine may have changed, which the next attempt finds out. */
  #lost(lastedMs: number): void {
    this.#connection = undefined;
    if (lastedMs >= goodMs) this.#pauseMs = firstPauseMs;
    this.#later();
  }

  #failed(error: unknown): void {
    if (isPassing(error)) {
      this.#handlers.off('The engine is away. Looking for it…', true);
      this.#later();
      return;
    }
    this.#state = 'refused';
    this.#typed = [];
    this.#pauseMs = firstPauseMs;
    this.#handlers.off(error instanceof Error ? error.message : 'The terminal could not be opened.', false);
  }

  #later(): void {
    this.#state = 'connecting';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }
}
