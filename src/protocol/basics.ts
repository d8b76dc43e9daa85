import * as z from 'zod';

/** A point in time, ISO 8601 in UTC. */
export const instantSchema = z.iso.datetime();

/** Why a state was entered. `code` is for programs (an error code, or a word of ours), `message` is one sentence for people. */
export const reasonSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  detail: z.string().optional(),
  /** When what waits goes on by itself; absent where somebody must do something first. */
  until: instantSchema.optional(),
});
export type Reason = z.infer<typeof reasonSchema>;
