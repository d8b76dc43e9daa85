import * as z from 'zod';

const path = z.string().max(4096);
const why = z.string().max(2000);

/** What Claude answers when it has resolved conflicts. */
export const answerSchema = z.object({
  files: z
    .array(
      z.object({
        path: path.describe('As it was given to you.'),
        confidence: z
          .number()
          .min(0)
          .max(1)
          .describe(
            'How sure you are that both intents are kept and that the file works: 1 is certain, below 0.5 is a guess.',
          ),
        why: why.describe('One sentence: how you resolved it, and why so.'),
      }),
    )
    .max(10_000),
  alsoChanged: z
    .array(z.object({ path, why: why.describe('One sentence: why this file had to change as well.') }))
    .max(1000)
    .describe('Files beyond the conflicted ones that had to be changed, created or deleted; usually none.'),
});
export type Answer = z.output<typeof answerSchema>;

/** The same for Claude Code's `--json-schema`, which takes no later draft (2.1.328). */
export const answerJsonSchema: Readonly<Record<string, unknown>> = z.toJSONSchema(answerSchema, {
  io: 'input',
  target: 'draft-7',
});
