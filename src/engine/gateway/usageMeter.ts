import { StringDecoder } from 'node:string_decoder';
import { type EventSourceMessage, createParser } from 'eventsource-parser';
import { z } from 'zod';
import type { Usage } from '../../protocol/session.ts';
import { parseJson } from '../../protocol/json.ts';
import { costOf } from './prices.ts';

/** What one answer of the API used. Added up field by field it gives a session's `Usage`. */
export interface UsageDelta {
  readonly model: string;
  readonly usage: Usage;
}

/** Characters of one event, or of a whole JSON answer, that are looked at; a longer one is passed on but not counted. */
const maxCharacters = 8 * 1024 * 1024;

const count = z.number().int().nonnegative().max(1e12).nullish().catch(undefined);
const reported = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z.looseObject({ ephemeral_1h_input_tokens: count }).nullish().catch(undefined),
  server_tool_use: z.looseObject({ web_search_requests: count }).nullish().catch(undefined),
  speed: z.string().nullish().catch(undefined),
  inference_geo: z.string().nullish().catch(undefined),
});
type Reported = z.output<typeof reported>;

const message = z.looseObject({ type: z.literal('message'), model: z.string().max(200), usage: reported });
const startEvent = z.looseObject({ message });
const deltaEvent = z.looseObject({ usage: reported });

/** Reads the usage from an answer's bytes while they pass. Never throws, and never holds the bytes up. */
export class UsageMeter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #feed: (text: string) => void;
  #model: string | undefined;
  #reported: Reported | undefined;
  #failed = false;
  #json = '';

  /** `undefined` when this kind of answer says nothing about usage. */
  static for(contentType: string | undefined, contentEncoding: string | undefined): UsageMeter | undefined {
    if (contentEncoding !== undefined && contentEncoding !== 'identity') return undefined;
    if (contentType?.startsWith('text/event-stream') === true) return new UsageMeter('events');
    return contentType?.startsWith('application/json') === true ? new UsageMeter('json') : undefined;
  }

  private constructor(kind: 'events' | 'json') {
    if (kind === 'json') {
      this.#feed = (text) => {
        this.#failed = this.#json.length + text.length > maxCharacters;
        this.#json = this.#failed ? '' : this.#json + text;
      };
      return;
    }
    const parser = createParser({
      maxBufferSize: maxCharacters,
      onEvent: (event) => {
        this.#take(event);
      },
    });
    this.#feed = (text) => {
      parser.feed(text);
    };
  }

  write(chunk: Uint8Array): void {
    if (this.#failed) return;
    try {
      this.#feed(this.#decoder.write(chunk));
    } catch {
      this.#failed = true;
    }
  }

  /** The answer is over, complete or cut off. `undefined` when it named no usage. */
  end(): UsageDelta | undefined {
    const whole = this.#json === '' ? undefined : parseJson(message, this.#json);
    const model = whole?.model ?? this.#model;
    const found = whole?.usage ?? this.#reported;
    return model === undefined || found === undefined ? undefined : { model, usage: toUsage(model, found) };
  }

  #take(event: EventSourceMessage): void {
    if (event.event === 'message_start') {
      const start = parseJson(startEvent, event.data);
      this.#model = start?.message.model;
      this.#reported = start?.message.usage;
    } else if (event.event === 'message_delta') {
      const delta = parseJson(deltaEvent, event.data);
      if (delta !== undefined) this.#reported = merge(this.#reported, delta.usage);
    }
  }
}

/** A delta's numbers are totals, not additions; what it leaves out, or gives as zero or null, stays as it was. */
function merge(before: Reported | undefined, delta: Reported): Reported {
  const given = Object.entries(delta).filter(([, value]) => value !== undefined && value !== null && value !== 0);
  return { ...before, ...Object.fromEntries(given) };
}

const orZero = (value: number | null | undefined): number => value ?? 0;

function toUsage(model: string, found: Reported): Usage {
  const tokens = {
    inputTokens: orZero(found.input_tokens),
    outputTokens: orZero(found.output_tokens),
    cacheReadTokens: orZero(found.cache_read_input_tokens),
  };
  const cacheWriteTokens = orZero(found.cache_creation_input_tokens);
  const cacheWrite1hTokens = Math.min(orZero(found.cache_creation?.ephemeral_1h_input_tokens), cacheWriteTokens);
  const costUsd = costOf(model, {
    ...tokens,
    cacheWrite5mTokens: cacheWriteTokens - cacheWrite1hTokens,
    cacheWrite1hTokens,
    webSearches: orZero(found.server_tool_use?.web_search_requests),
    fast: found.speed === 'fast',
    unitedStates: found.inference_geo === 'us',
  });
  const unpricedRequests = costUsd === undefined ? 1 : 0;
  return { requests: 1, ...tokens, cacheWriteTokens, costUsd: orZero(costUsd), unpricedRequests };
}
