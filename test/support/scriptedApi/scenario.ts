import { z } from 'zod';

const block = z.looseObject({ type: z.string() });

/** One answer of the scripted model. */
const stepSchema = z.strictObject({
  text: z.string().optional(),
  thinking: z.string().optional(),
  /** A tool call with this name and input. */
  tool: z.string().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  /** Content blocks as they are; a `tool_use` without an id gets one. */
  blocks: z.array(block).optional(),
  /** An error answer, `times` times for the same step of the same session, then the step's text. */
  error: z
    .strictObject({
      status: z.number().int().default(529),
      type: z.string().default('overloaded_error'),
      message: z.string().default('Overloaded'),
      headers: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  times: z.number().int().optional(),
  /** Milliseconds before the first byte, and between two deltas. */
  delayMs: z.number().optional(),
  chunkMs: z.number().optional(),
  /** Laid over the counted usage. */
  usage: z.record(z.string(), z.unknown()).optional(),
  model: z.string().optional(),
  stop_reason: z.string().optional(),
  /** Break the connection after the first content block. */
  stopMidStream: z.boolean().optional(),
});
export type Step = z.output<typeof stepSchema>;

/** What the scripted API answers. The same format as JSON files and as `POST /__scenario`. */
export const scenarioSchema = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        /** Pattern on the last real user prompt. `$1` … `$9` in any string of a step are its groups. */
        match: z.string(),
        flags: z.string().default('s'),
        model: z.string().optional(),
        /** For requests outside the main loop (session title, model probe). */
        side: z.boolean().default(false),
        steps: z.array(stepSchema),
      }),
    )
    .default([]),
  default: z.strictObject({ steps: z.array(stepSchema) }).default({ steps: [{ text: 'SCRIPTED-REPLY: $PROMPT' }] }),
  compact: stepSchema.default({ text: '<analysis>scripted</analysis>\n<summary>SCRIPTED-SUMMARY</summary>' }),
  side: stepSchema.default({ text: 'ok' }),
});
export type Scenario = z.input<typeof scenarioSchema>;
export type ParsedScenario = z.output<typeof scenarioSchema>;
