import { z } from 'zod';

// Tolerant on purpose: what is missing or of another shape becomes `undefined`, what is unknown is kept out. Claude Code 2.1.328.

const text = z.string().optional().catch(undefined);
const id = z.string().max(200).optional().catch(undefined);
/** Bounded, so that sums of them stay whole numbers. */
const count = z.number().int().nonnegative().max(1e12).optional().catch(undefined);
const names = z
  .array(z.string())
  .catch([])
  .transform((all) => all.slice(0, 1000).map((one) => one.slice(0, 200)));

const usage = z
  .looseObject({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
  })
  .optional()
  .catch(undefined);
export type UsageRecord = z.output<typeof usage>;

const block = z.looseObject({
  type: z.string(),
  text,
  id: text,
  name: text,
  input: z.record(z.string(), z.unknown()).optional().catch(undefined),
  tool_use_id: text,
  is_error: z.boolean().optional().catch(undefined),
});
export type BlockRecord = z.output<typeof block>;

const content = z
  .union([z.string().transform((all) => [{ type: 'text', text: all }]), z.array(block)])
  .catch([]) as z.ZodType<BlockRecord[]>;

/** One line of Claude's stream-json output; only what somebody reads is named. */
export const streamRecord = z.looseObject({
  type: z.string().max(200),
  subtype: text,
  uuid: id,
  session_id: text,
  parent_tool_use_id: z.string().nullish().catch(undefined),
  isReplay: z.boolean().optional().catch(undefined),
  // a message in the place of an answer that the API did not give
  is_api_error_message: z.boolean().optional().catch(undefined),
  error: id,
  message: z.looseObject({ id, model: text, content, usage }).optional().catch(undefined),
  // init
  model: text,
  permissionMode: text,
  slash_commands: names,
  tools: names,
  // result
  is_error: z.boolean().optional().catch(undefined),
  result: text,
  errors: names,
  num_turns: count,
  structured_output: z.unknown().optional(),
  total_cost_usd: z.number().nonnegative().optional().catch(undefined),
  usage,
  modelUsage: z
    .record(z.string(), z.looseObject({ contextWindow: count }))
    .optional()
    .catch(undefined),
  terminal_reason: id,
  api_error_status: z.number().int().nullish().catch(undefined),
  permission_denials: z
    .array(z.looseObject({ tool_name: z.string().max(200) }))
    .catch([])
    .transform((all) => all.slice(0, 1000)),
  // api_retry
  attempt: count,
  max_retries: count,
  retry_delay_ms: z.number().nonnegative().optional().catch(undefined),
  error_status: z.number().int().nullish().catch(undefined),
  // rate_limit_event
  rate_limit_info: z
    .looseObject({ status: text, resetsAt: z.number().optional().catch(undefined), rateLimitType: text })
    .optional()
    .catch(undefined),
  // the supervisor's last line
  code: z.number().int().optional().catch(undefined),
});
export type StreamRecord = z.output<typeof streamRecord>;
