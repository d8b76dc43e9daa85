import * as z from 'zod';
import { instantSchema, reasonSchema } from './basics.ts';

export const landingStepSchema = z.enum(['rebase', 'resolve', 'move', 'verify', 'push', 'undo']);
export type LandingStep = z.infer<typeof landingStepSchema>;

/**
 * `running`: something goes on. `paused`: a person must decide, `reason` says what. `ready`: the last step asked for is done and the next
 * can be asked for. `landed`, `aborted`, `undone`: over.
 */
export const landingStateSchema = z.enum(['running', 'paused', 'ready', 'landed', 'aborted', 'undone']);
export type LandingState = z.infer<typeof landingStateSchema>;

/** What a row shows of a landing; the whole of it is asked for with `landing.status`. */
export const landingSummarySchema = z.strictObject({
  state: landingStateSchema,
  step: landingStepSchema,
  reason: reasonSchema,
  target: z.string(),
  /** Conflicted files that wait for somebody. */
  openFiles: z.number().int().nonnegative(),
  updatedAt: instantSchema,
});
export type LandingSummary = z.infer<typeof landingSummarySchema>;

/** What a landing would meet now, as far as is known without asking the remote. */
export const forecastSchema = z.strictObject({
  target: z.string(),
  outcome: z.enum(['up-to-date', 'fast-forward', 'clean', 'conflicts']),
  /** Paths that would conflict with the target, at most 100. */
  files: z.array(z.string()),
  /** Sessions of the same repository whose work would conflict with this one's. */
  sessions: z.array(z.strictObject({ session: z.string(), files: z.array(z.string()) })),
  at: instantSchema,
});
export type Forecast = z.infer<typeof forecastSchema>;
