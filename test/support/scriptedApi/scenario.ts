import { z } from 'zod';

const block = z.looseObject({ type: z.string() });

/** What goes wrong with one request. The first that is given counts. */
const faultSchema = z.strictObject({
  /** An answer as it is: by its status, with an error of the API when there is no body. */
  status: z.number().int().optional(),
  type: z.string().default('api_error'),
  message: z.string().default('The scripted API says so'),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  /** No answer at all comes, and the connection stays. */
  silent: z.boolean().optional(),
  /** The connection breaks after so many events of the answer, or in the middle of one that is not streamed. */
  cutAfter: z.number().int().optional(),
  /** After so many events nothing comes any more, and the connection stays. */
  stallAfter: z.number().int().optional(),
});
export type Fault = z.output<typeof faultSchema>;

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
  /** What goes wrong with the first requests for the same step of the same session, one after another; then the step's answer comes. */
  faults: z.array(faultSchema).optional(),
  /** The last fault comes again and again. */
  lasting: z.boolean().optional(),
  /** Nothing of the answer comes before the test says so. */
  held: z.boolean().optional(),
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
/** What is answered to prompts of one kind. */
export type Rule = NonNullable<Scenario['rules']>[number];
export type ParsedScenario = z.output<typeof scenarioSchema>;
