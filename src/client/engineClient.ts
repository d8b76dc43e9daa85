import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { errorBodySchema } from '../protocol/errors.ts';
import type { FlotillaEvent } from '../protocol/events.ts';
import { type OperationInput, type OperationName, type OperationOutput, operations } from '../protocol/operations.ts';
import type { Hello } from '../protocol/version.ts';
import { EngineError } from './engineError.ts';
import type { EngineFinder } from './engineFinder.ts';
import { ConnectionError, type EngineHttp } from './engineHttp.ts';
import { type Position, readEvents } from './eventStream.ts';
import { parseJson } from '../protocol/json.ts';
import { connectTerminal, type TerminalConnection, type TerminalHandlers } from './terminalConnection.ts';

export interface EventsOptions {
  /** Events after this number: the `seq` that `session.list` answered, or 0 for all that is kept. */
  readonly after: number;
  readonly sessionId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const refusalSchema = z.object({ error: errorBodySchema });

/** Without a byte for so long (three heartbeats), a stream of events counts as broken. */
const silenceMs = 45_000;
/** Bytes of an operation's input that the engine takes. */
const longestInput = 4 * 1024 * 1024;
const longestPauseMs = 5000;
/** How often a call is made again when the engine was about to leave, or had left. */
const attempts = 5;

export interface EngineLink {
  readonly http: EngineHttp;
  readonly finder: EngineFinder;
  readonly socketPath: string;
  /** Told whenever the engine is another one than before. */
  readonly onEngine: (hello: Hello) => void | Promise<void>;
}

/** A face's connection to the engine. It outlives engines: when one has left, the next call finds or starts another. */
export class EngineClient {
  readonly #link: EngineLink;
  #hello: Hello;
  #introduction: Promise<void> = Promise.resolve();

  constructor(link: EngineLink, hello: Hello) {
    this.#link = link;
    this.#hello = hello;
  }

  /** What the engine last said of itself. */
  get hello(): Hello {
    return this.#hello;
  }

  /** Runs an operation. Rejects with `EngineError`; a fired signal ends the operation in the engine too. */
  async call<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<OperationOutput<N>> {
    const body = JSON.stringify(input);
    if (Buffer.byteLength(body) > longestInput)
      throw EngineError.of('invalid-input', `What ${name} was given is longer than 4 MB: make it shorter.`);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#ask(name, body, options.signal);
      } catch (error) {
        if (options.signal?.aborted === true) throw EngineError.of('cancelled', 'The operation was cancelled.');
        if (attempt === attempts || !mayAskAgain(name, error)) throw asEngineError(error);
      }
      await sleep(50 * attempt);
      await unlessAborted(this.#refind(), options.signal);
    }
  }

  /**
   * What happens, in order, without gaps, until the signal fires. Goes over the engine's end: it comes back from the last number.
   * Rejects with `not-in-this-state` when events after that number are no longer kept: read the sessions anew.
   */
  async *events(options: EventsOptions): AsyncGenerator<FlotillaEvent> {
    const position: Position = { after: options.after };
    for (let pauseMs = 20; ;) {
      const before = position.after;
      yield* this.#streamUntilBroken(options, position);
      if (isAborted(options.signal)) return;
      pauseMs = position.after > before ? 20 : Math.min(pauseMs * 2, longestPauseMs);
      await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => undefined);
      if (isAborted(options.signal)) return;
      await unlessAborted(this.#refind(), options.signal);
    }
  }

  /** Joins a session's terminal. */
  async terminal(sessionId: string, handlers: TerminalHandlers): Promise<TerminalConnection> {
    await this.#refind();
    return connectTerminal(this.#link.socketPath, sessionId, handlers, this.#link.http.headers);
  }

  /** Ends the connections of this client. The engine goes on. */
  close(): void {
    this.#link.http.close();
  }

  async #ask<N extends OperationName>(name: N, body: string, signal?: AbortSignal): Promise<OperationOutput<N>> {
    const answer = await this.#link.http.ask({ method: 'POST', path: `/v1/operations/${name}`, body, signal });
    if (answer.status !== 200) throw refusal(answer.body);
    const output = parseJson(operations[name].output, answer.body);
    if (output === undefined)
      throw EngineError.of('internal', `The engine's answer to ${name} could not be understood: update Flotilla.`);
    // The schema was taken from the table by the same name.
    return output as OperationOutput<N>;
  }

  async *#streamUntilBroken(options: EventsOptions, position: Position): AsyncGenerator<FlotillaEvent> {
    try {
      yield* this.#stream(options, position);
    } catch (error) {
      const isFinal = EngineError.is(error) && error.code !== 'engine-busy';
      if (isFinal && !isAborted(options.signal)) throw error;
    }
  }

  async *#stream({ sessionId, signal }: EventsOptions, position: Position): AsyncGenerator<FlotillaEvent> {
    const query = new URLSearchParams({ after: String(position.after), ...(sessionId ? { session: sessionId } : {}) });
    const path = `/v1/events?${query.toString()}`;
    const { status, body } = await this.#link.http.open({ method: 'GET', path, signal, silenceMs });
    try {
      if (status !== 200) throw refusal(Buffer.concat(await body.toArray()).toString('utf8'));
      yield* readEvents(body, position);
    } finally {
      body.destroy();
    }
  }

  /** Finds the engine again. Another one than before is told first what it must know, before anybody goes on. */
  async #refind(): Promise<void> {
    const found = await this.#link.finder.find();
    if (found.pid !== this.#hello.pid || found.startedAt !== this.#hello.startedAt) {
      this.#hello = found;
      this.#introduction = Promise.resolve(this.#link.onEngine(found));
    }
    // Bounded: what is said in an introduction may itself have to find the engine again.
    await Promise.race([this.#introduction, sleep(longestPauseMs, undefined, { ref: false })]);
  }
}

/** Waits for something, or until the signal fires; what fails after that is nobody's concern. */
async function unlessAborted(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  const aborted = Promise.withResolvers<undefined>();
  const abort = (): void => {
    aborted.resolve(undefined);
  };
  signal?.addEventListener('abort', abort, { once: true });
  if (isAborted(signal)) abort();
  work.catch(() => undefined);
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/** A write is made again only when the engine surely has not begun it. */
function mayAskAgain(name: OperationName, error: unknown): boolean {
  if (EngineError.is(error)) return error.code === 'engine-busy';
  return error instanceof ConnectionError && (!error.sent || operations[name].effect === 'read');
}

function refusal(body: string): EngineError {
  const refused = parseJson(refusalSchema, body);
  if (refused !== undefined) return new EngineError(refused.error);
  return EngineError.of('engine-busy', 'The engine is about to leave: ask again.', { detail: body.slice(0, 500) });
}

const asEngineError = (error: unknown): unknown =>
  error instanceof ConnectionError
    ? EngineError.of(
        'engine-unreachable',
        'The connection to the engine broke: look at what came of it, then try again.',
        {
          cause: error,
        },
      )
    : error;
