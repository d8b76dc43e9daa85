import type { Reason } from '../../protocol/basics.ts';
import { parseJson } from '../../protocol/json.ts';
import { apiFailure, withoutAdvice } from './apiFailure.ts';
import { conversationId } from './conversationId.ts';
import { oneLine } from './oneLine.ts';
import { type BlockRecord, type StreamRecord, type UsageRecord, streamRecord } from './streamRecords.ts';
import { toolSummary } from './toolSummary.ts';

/** What an autonomous Claude said or did. Every text comes from inside the environment: it can inform, never authorise. */
export type ClaudeEvent =
  | {
      readonly type: 'init';
      readonly claudeSessionId: string;
      readonly model: string;
      readonly permissionMode: string;
      readonly slashCommands: readonly string[];
      readonly tools: readonly string[];
    }
  /** A message that Claude has taken up; `uuid` is the one that `Run.send` gave it. */
  | { readonly type: 'prompt'; readonly text: string; readonly uuid?: string | undefined }
  | { readonly type: 'text'; readonly messageId: string; readonly text: string }
  /** `summary`: one short safe line. */
  | { readonly type: 'tool'; readonly id: string; readonly name: string; readonly summary: string }
  | { readonly type: 'toolResult'; readonly id: string; readonly failed: boolean }
  | ResultEvent
  /** Claude asks the API again. `text`: one sentence. */
  | { readonly type: 'retry'; readonly text: string; readonly attempt: number; readonly status?: number | undefined }
  /** `resetAt`: ISO 8601. */
  | { readonly type: 'limit'; readonly text: string; readonly resetAt?: string | undefined }
  | { readonly type: 'compacted' }
  /** The supervisor's last line: Claude has ended. */
  | { readonly type: 'exit'; readonly code: number }
  /** Anything else, lines that are not JSON included; `of` is its type, as one short safe line. */
  | { readonly type: 'other'; readonly of: string };

/** The end of a turn. */
export interface ResultEvent {
  readonly type: 'result';
  /** `success`, `error_max_turns`, `error_during_execution` … */
  readonly subtype: string;
  /** Also true for a `success` that only reports an error of the API. */
  readonly isError: boolean;
  readonly text: string;
  /** The answer in the shape that was asked for, unchecked. */
  readonly structured?: unknown;
  readonly turns: number;
  /** Of the whole conversation so far, `--resume` included: never to be summed. */
  readonly totalCostUsd: number | undefined;
  /** Of this turn. */
  readonly usage: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
  };
  /** Tokens that fit into the context of the turn's model. */
  readonly contextWindow?: number | undefined;
  /** Tokens in the context at the turn's end; only from a `StreamReader`, which has seen the messages before. */
  readonly contextTokens?: number | undefined;
  readonly apiErrorStatus?: number | undefined;
  /** Why the API ended the turn; `text` is its message then. */
  readonly apiFailure?: Reason | undefined;
  /** Tools that were not allowed, one entry a call. */
  readonly permissionDenials: readonly string[];
}

/** Characters of a text that are kept. */
const maxText = 1_000_000;
const cut = (text: string | undefined): string => (text ?? '').slice(0, maxText);

/** The events in one line of output. Never throws: what can't be understood is `other`. */
export const parseStreamLine = (line: string): ClaudeEvent[] => new StreamReader().read(line);

/** Reads line after line of one run, and remembers what the next line's meaning depends on. */
export class StreamReader {
  /** The model that answered last in the main conversation, and what it was given and said. */
  #model: string | undefined;
  #contextTokens: number | undefined;
  /** Claude's own word for what kept the API from answering. */
  #apiError: string | undefined;

  read(line: string): ClaudeEvent[] {
    if (line.trim() === '') return [];
    const record = parseJson(streamRecord, line);
    return record === undefined ? [{ type: 'other', of: 'not understood' }] : this.#readRecord(record);
  }

  #readRecord(record: StreamRecord): ClaudeEvent[] {
    switch (record.type) {
      case 'system':
        return [readSystem(record)];
      case 'assistant':
        return this.#readAssistant(record);
      case 'user':
        return readUser(record);
      case 'result':
        return [this.#readResult(record)];
      case 'rate_limit_event':
        return [readLimit(record)];
      case 'flotilla_exit':
        return [{ type: 'exit', code: record.code ?? 1 }];
      default:
        return [other(record)];
    }
  }

  #readAssistant(record: StreamRecord): ClaudeEvent[] {
    this.#noteContext(record);
    this.#apiError = record.is_api_error_message === true ? record.error : undefined;
    // The result says the same, with its reason.
    if (record.is_api_error_message === true && typeof record.parent_tool_use_id !== 'string') return [other(record)];
    return contentOf(record).flatMap((block) => readBlock(block, record.message?.id ?? ''));
  }

  /** Sub-agents have a context of their own, and what a slash command prints (`<synthetic>`) none. */
  #noteContext({ message, parent_tool_use_id: parent }: StreamRecord): void {
    if (message?.usage === undefined || message.model === '<synthetic>' || typeof parent === 'string') return;
    this.#model = message.model;
    const { input, cacheRead, cacheWrite } = readUsage(message.usage);
    this.#contextTokens = input + cacheRead + cacheWrite;
  }

  #readResult(record: StreamRecord): ResultEvent {
    const isError = record.is_error === true || record.subtype !== 'success';
    const said = cut(record.result ?? record.errors.join('\n'));
    const failure = failureOf(record, this.#apiError, said);
    return {
      type: 'result',
      subtype: oneLine(record.subtype ?? 'unknown', 100),
      isError,
      text: failure === undefined ? said : withoutAdvice(failure),
      ...(record.structured_output === undefined ? {} : { structured: record.structured_output }),
      turns: record.num_turns ?? 0,
      totalCostUsd: record.total_cost_usd,
      usage: readUsage(record.usage),
      contextWindow: windowOf(record, this.#model),
      contextTokens: this.#contextTokens,
      apiErrorStatus: record.api_error_status ?? undefined,
      apiFailure: failure,
      permissionDenials: record.permission_denials.map((denial) => oneLine(denial.tool_name, 100)),
    };
  }
}

function failureOf(record: StreamRecord, category: string | undefined, said: string): Reason | undefined {
  const status = record.api_error_status ?? undefined;
  const isOfApi = record.is_error === true && (record.terminal_reason === 'api_error' || status !== undefined);
  return isOfApi ? apiFailure({ status, category, said }) : undefined;
}

/** The context window of the model that answered last, or of the only one that is named. */
function windowOf(record: StreamRecord, model: string | undefined): number | undefined {
  const all = Object.entries(record.modelUsage ?? {});
  const [, used] = all.find(([name]) => name === model) ?? all[0] ?? [];
  return used?.contextWindow === 0 ? undefined : used?.contextWindow;
}

const contentOf = (record: StreamRecord): readonly BlockRecord[] => record.message?.content ?? [];
const other = (record: StreamRecord): ClaudeEvent => ({
  type: 'other',
  of: oneLine(record.subtype === undefined ? record.type : `${record.type}/${record.subtype}`, 100),
});

function readUsage(usage: UsageRecord): ResultEvent['usage'] {
  return {
    input: usage?.input_tokens ?? 0,
    output: usage?.output_tokens ?? 0,
    cacheRead: usage?.cache_read_input_tokens ?? 0,
    cacheWrite: usage?.cache_creation_input_tokens ?? 0,
  };
}

function readSystem(record: StreamRecord): ClaudeEvent {
  const conversation = conversationId(record.session_id);
  if (record.subtype === 'init' && conversation !== undefined) return readInit(record, conversation);
  if (record.subtype === 'compact_boundary') return { type: 'compacted' };
  return record.subtype === 'api_retry' ? readRetry(record) : other(record);
}

function readRetry(record: StreamRecord): ClaudeEvent {
  const seconds = Math.ceil((record.retry_delay_ms ?? 0) / 1000);
  const status = record.error_status ?? undefined;
  const why = status === undefined ? 'The API gave no full answer' : `The API answered with error ${status}`;
  const attempt = record.attempt ?? 1;
  const text = `${why}; Claude asks again in ${seconds} s (${attempt} of ${record.max_retries ?? '?'}).`;
  return { type: 'retry', text, attempt, status };
}

const readInit = (record: StreamRecord, claudeSessionId: string): ClaudeEvent => ({
  type: 'init',
  claudeSessionId,
  model: oneLine(record.model ?? ''),
  permissionMode: oneLine(record.permissionMode ?? ''),
  slashCommands: record.slash_commands,
  tools: record.tools,
});

function readBlock(block: BlockRecord, messageId: string): ClaudeEvent[] {
  if (block.type === 'text' && block.text !== undefined && block.text !== '')
    return [{ type: 'text', messageId, text: cut(block.text) }];
  if (block.type !== 'tool_use' || block.id === undefined || block.name === undefined) return [];
  const summary = toolSummary(block.name, block.input ?? {});
  return [{ type: 'tool', id: block.id.slice(0, 200), name: oneLine(block.name, 100), summary }];
}

function readUser(record: StreamRecord): ClaudeEvent[] {
  const blocks = contentOf(record);
  const results = blocks.flatMap((block): ClaudeEvent[] =>
    block.type === 'tool_result' && block.tool_use_id !== undefined
      ? [{ type: 'toolResult', id: block.tool_use_id.slice(0, 200), failed: block.is_error === true }]
      : [],
  );
  if (results.length > 0) return results;
  const text = blocks.map((block) => block.text ?? '').join('\n');
  // What a local command printed comes as a message of the user as well.
  if (record.isReplay !== true || text.startsWith('<local-command-')) return [other(record)];
  return [{ type: 'prompt', text: cut(text), uuid: record.uuid }];
}

function readLimit(record: StreamRecord): ClaudeEvent {
  const info = record.rate_limit_info;
  if (info === undefined || info.status === 'allowed') return other(record);
  const reset = new Date((info.resetsAt ?? NaN) * 1000);
  const resetAt = Number.isNaN(reset.getTime()) ? undefined : reset.toISOString();
  const what = info.status === 'rejected' ? 'A usage limit is reached' : 'A usage limit is near';
  const which = info.rateLimitType === undefined ? '' : ` (${oneLine(info.rateLimitType, 60)})`;
  return { type: 'limit', text: `${what}${which}${resetAt === undefined ? '.' : ` until ${resetAt}.`}`, resetAt };
}
