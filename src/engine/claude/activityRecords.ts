import { z } from 'zod';
import type { TimelineEntry } from '../../protocol/events.ts';
import type { ContextUse } from '../../protocol/session.ts';
import { parseJson } from '../../protocol/json.ts';
import { apiFailure } from './apiFailure.ts';
import { conversationId } from './conversationId.ts';
import { oneLine } from './oneLine.ts';
import { toolSummary } from './toolSummary.ts';

/** What is seen of an interactive Claude. Every text comes from inside the environment: it can inform, never authorise. */
export type ActivityRecord =
  /** Claude's own word on what it does; `unknown` when it says something that is not understood. */
  | {
      readonly type: 'status';
      readonly status: 'busy' | 'idle' | 'waiting' | 'unknown';
      readonly waitingFor?: string | undefined;
      readonly claudeSessionId?: string | undefined;
    }
  | HookRecord
  /** `costUsd` is of the whole conversation so far: never to be summed. */
  | {
      readonly type: 'statusLine';
      readonly context?: ContextUse | undefined;
      readonly costUsd?: number | undefined;
      readonly model?: string | undefined;
    };
/** A hook that fired. */
export interface HookRecord {
  readonly type: 'hook';
  /** `Stop`, `PreToolUse` … */
  readonly name: string;
  readonly claudeSessionId?: string | undefined;
  /** For people, what Claude is at or waits for: "Bash: npm test". */
  readonly about?: string | undefined;
  /** What belongs into the session's timeline. */
  readonly entry?: TimelineEntry | undefined;
}

const text = z.string().optional().catch(undefined);
/** Bounded, so that sums of them stay whole numbers. */
const count = z.number().int().nonnegative().max(1e12).optional().catch(undefined);

const hookSchema = z.looseObject({
  hook_event_name: z.string().max(100),
  session_id: text,
  prompt: text,
  tool_name: text,
  tool_input: z.record(z.string(), z.unknown()).catch({}),
  notification_type: text,
  message: text,
  last_assistant_message: text,
  error: text,
});
type Hook = z.output<typeof hookSchema>;

/** A record of `run/hooks.jsonl`. `undefined` for what is not one, and for what says nothing that another did not say better. */
export function readHook(line: string): HookRecord | undefined {
  const hook = parseJson(hookSchema, line);
  if (hook === undefined) return readCutHook(line);
  // The permission request before it says for what.
  if (hook.notification_type === 'permission_prompt') return undefined;
  return {
    type: 'hook',
    name: oneLine(hook.hook_event_name, 100),
    claudeSessionId: conversationId(hook.session_id),
    about: aboutOf(hook),
    entry: entryOf(hook),
  };
}

/** A record that was cut at 64 KB is no JSON any more, but Claude writes the names first. */
function readCutHook(line: string): HookRecord | undefined {
  const name = /^\{.{0,4000}?"hook_event_name":"(\w{1,100})"/s.exec(line)?.[1];
  return name === undefined ? undefined : { type: 'hook', name };
}

const toolOf = (hook: Hook): string => {
  const name = oneLine(hook.tool_name ?? 'a tool', 100);
  const summary = toolSummary(name, hook.tool_input);
  return summary === '' ? name : `${name}: ${summary}`;
};

function aboutOf(hook: Hook): string | undefined {
  switch (hook.hook_event_name) {
    case 'PreToolUse':
      return toolOf(hook);
    case 'PermissionRequest':
      return `permission for ${toolOf(hook)}`;
    case 'Notification':
      return hook.message === undefined ? undefined : oneLine(hook.message);
    case 'StopFailure':
      return failureOf(hook);
    default:
      return undefined;
  }
}

const failureOf = ({ error, last_assistant_message: said = '' }: Hook): string =>
  apiFailure({ category: error, said }).message;

function entryOf(hook: Hook): TimelineEntry | undefined {
  switch (hook.hook_event_name) {
    case 'UserPromptSubmit':
      return hook.prompt === undefined ? undefined : { kind: 'prompt', text: hook.prompt };
    case 'PreToolUse': {
      const name = oneLine(hook.tool_name ?? '', 100);
      return { kind: 'tool', text: toolSummary(name, hook.tool_input), subject: name };
    }
    case 'Stop':
      return hook.last_assistant_message === undefined
        ? undefined
        : { kind: 'text', text: hook.last_assistant_message };
    case 'StopFailure':
      return { kind: 'result', text: failureOf(hook), failed: true };
    case 'PreCompact':
      return { kind: 'notice', text: 'Claude compacts its context.' };
    default:
      return undefined;
  }
}

const statusSchema = z.looseObject({ status: text, waitingFor: text, sessionId: text, kind: text, entrypoint: text });
const knownStatus = z.enum(['busy', 'idle', 'waiting']);

/** A record of `sessions/<pid>.json`. `undefined` for what is none, and for a Claude that is not the terminal's own. */
export function readStatus(line: string): Extract<ActivityRecord, { type: 'status' }> | undefined {
  const record = parseJson(statusSchema, line);
  // A Claude that ours has started, with `claude -p` for example, keeps such a file as well.
  if (record?.status === undefined || record.kind !== 'interactive' || record.entrypoint !== 'cli') return undefined;
  const status = knownStatus.safeParse(record.status);
  return {
    type: 'status',
    status: status.data ?? 'unknown',
    waitingFor: record.waitingFor === undefined ? undefined : oneLine(record.waitingFor),
    claudeSessionId: conversationId(record.sessionId),
  };
}

const usage = z.looseObject({
  input_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
});
const statusLineSchema = z.looseObject({
  cost: z.looseObject({ total_cost_usd: z.number().nonnegative() }).optional().catch(undefined),
  context_window: z
    .looseObject({ context_window_size: z.number().int().positive().max(1e12), current_usage: usage })
    .optional()
    .catch(undefined),
  model: z.looseObject({ id: z.string() }).optional().catch(undefined),
});

/** A record of `run/status.json`, which the status line keeps. */
export function readStatusLine(line: string): Extract<ActivityRecord, { type: 'statusLine' }> | undefined {
  const record = parseJson(statusLineSchema, line);
  if (record === undefined) return undefined;
  const window = record.context_window;
  return {
    type: 'statusLine',
    context:
      window === undefined
        ? undefined
        : { windowTokens: window.context_window_size, usedTokens: usedTokens(window.current_usage) },
    costUsd: record.cost?.total_cost_usd,
    model: record.model === undefined ? undefined : oneLine(record.model.id),
  };
}

/** As Claude Code counts its own percentage: the answer is not part of it until the next request. */
const usedTokens = (used: z.output<typeof usage>): number =>
  (used.input_tokens ?? 0) + (used.cache_creation_input_tokens ?? 0) + (used.cache_read_input_tokens ?? 0);
