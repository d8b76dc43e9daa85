import { z } from 'zod';

/** What a process that runs test files tells the one that counts. */
export const reportSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), title: z.string() }),
  z.strictObject({ type: z.literal('pass'), title: z.string(), ms: z.number() }),
  z.strictObject({ type: z.literal('fail'), title: z.string(), error: z.string() }),
  z.strictObject({ type: z.literal('skip'), title: z.string(), reason: z.string().optional() }),
  /** Not counted: such a machine can't have what the test needs. */
  z.strictObject({ type: z.literal('absent'), title: z.string(), reason: z.string() }),
  z.strictObject({ type: z.literal('end'), open: z.array(z.string()) }),
]);

export type Report = z.infer<typeof reportSchema>;
