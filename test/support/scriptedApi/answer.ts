import { z } from 'zod';
import type { ParsedScenario, Step } from './scenario.ts';

const content = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]);
const message = z.looseObject({ role: z.string(), content });
type Message = z.output<typeof message>;

/** What of a Messages API request the script looks at. */
export const requestSchema = z.looseObject({
  model: z.string().default('unknown'),
  stream: z.boolean().optional(),
  messages: z.array(message).default([]),
  tools: z.unknown().optional(),
  system: z.unknown().optional(),
});
export type MessagesRequest = z.output<typeof requestSchema>;

export interface Place {
  /** The last real user prompt. */
  readonly prompt: string;
  /** Assistant messages since: which step of a rule is due. So parallel sessions, retries and `--resume` need no bookkeeping. */
  readonly step: number;
  /** Text of the newest tool result. */
  readonly last: string;
}

/** Text that the CLI itself puts into user messages. */
const reminder =
  /^\s*(<(system-reminder|local-command|command-(name|message|args)|bash-|task-notification)|\[Request interrupted by user)/;
const interrupted = /^\[Request interrupted by user/;
const compact = /^CRITICAL: Respond with TEXT ONLY|create a detailed summary of the conversation so far/;

const blocksOf = (from: Message): Record<string, unknown>[] =>
  typeof from.content === 'string' ? [{ type: 'text', text: from.content }] : from.content;
const textOf = (block: Record<string, unknown>): string => (typeof block['text'] === 'string' ? block['text'] : '');
const isToolResult = (block: Record<string, unknown>): boolean => block['type'] === 'tool_result';

const promptOf = (from: Message): string =>
  blocksOf(from)
    .filter((block) => block['type'] === 'text' && !reminder.test(textOf(block)))
    .map(textOf)
    .join('\n')
    .trim();

/** What is said beside a tool's result belongs to the turn, but for what comes after the turn was interrupted. */
const beginsTurn = (from: Message): boolean =>
  !blocksOf(from).some(isToolResult) || blocksOf(from).some((block) => interrupted.test(textOf(block)));

export function locate(messages: readonly Message[]): Place {
  const at = messages.findLastIndex(
    (candidate) => candidate.role === 'user' && beginsTurn(candidate) && promptOf(candidate) !== '',
  );
  const found = messages[at];
  const after = messages.slice(at + 1);
  const results = after.filter(({ role }) => role === 'user').flatMap((from) => blocksOf(from).filter(isToolResult));
  return {
    prompt: found === undefined ? '' : promptOf(found),
    step: after.filter(({ role }) => role === 'assistant').length,
    last: resultText(results.at(-1)?.['content']),
  };
}

function resultText(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = z.array(z.looseObject({ text: z.string().optional() })).safeParse(value);
  return parts.success ? parts.data.map(({ text }) => text ?? '').join('\n') : '';
}

/** Requests outside the main loop carry no `tools` at all; main-loop requests carry the key even when it is empty. */
export const isSide = (request: MessagesRequest): boolean => request.tools === undefined;

function substitute(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string')
    return value.replace(/\$(PROMPT|LAST|STEP|[1-9])/g, (all, name: string) => variables[name] ?? all);
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, variables)]));
}

interface Rule {
  readonly steps: readonly Step[];
  readonly groups: readonly string[];
}

function ruleFor(scenario: ParsedScenario, request: MessagesRequest, prompt: string): Rule | undefined {
  const side = isSide(request);
  for (const rule of scenario.rules) {
    if (rule.side !== side || (rule.model !== undefined && !new RegExp(rule.model).test(request.model))) continue;
    const found = new RegExp(rule.match, rule.flags).exec(prompt);
    if (found !== null) return { steps: rule.steps, groups: found.slice(1) };
  }
  return undefined;
}

const fallback = (scenario: ParsedScenario, side: boolean): Rule => ({
  steps: side ? [scenario.side] : scenario.default.steps,
  groups: [],
});

/** The step that answers this request. */
export function choose(scenario: ParsedScenario, request: MessagesRequest, place: Place): Step {
  const side = isSide(request);
  if (!side && compact.test(place.prompt)) return scenario.compact;
  const { steps, groups } = ruleFor(scenario, request, place.prompt) ?? fallback(scenario, side);
  const raw = steps[Math.min(place.step, steps.length - 1)] ?? { text: '' };
  const numbered = Object.fromEntries(groups.map((group, index) => [String(index + 1), group]));
  // Substitution keeps the shape: only strings change.
  const step = substitute(raw, {
    PROMPT: place.prompt,
    LAST: place.last,
    STEP: String(place.step),
    ...numbered,
  }) as Step;
  // A tool call after the last step would go round for ever.
  const endless = place.step >= steps.length && (step.tool ?? step.blocks) !== undefined;
  return endless ? { text: 'SCRIPTED-DONE' } : step;
}
