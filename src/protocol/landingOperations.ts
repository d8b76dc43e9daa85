import * as z from 'zod';
import { landingPlanSchema, landingSchema, pushModeSchema } from './landing.ts';
import { forecastSchema } from './landingSummary.ts';
import { operation } from './operationDefinition.ts';

const sessionKey = z.string().min(1).max(200);
const one = z.strictObject({ session: sessionKey });
const landingOut = z.strictObject({ landing: landingSchema });
const path = z.string().min(1).max(4096);

/** What a landing may be told; what is left out is as in the landing before, or as said here. */
const options = {
  /** The branch to land on; the one that the session started from, or the remote's default branch, when absent. */
  target: z.string().min(1).max(1024).optional(),
  resolve: z.enum(['claude', 'person']).optional(),
  /** Default 0.8. */
  threshold: z.number().min(0).max(1).optional(),
  /** US dollars. Default 5. */
  budgetUsd: z.number().positive().max(1000).optional(),
  lockFiles: z.boolean().optional(),
  /** A shell command for the session's environment. Default: `.flotilla.yaml` of the target. */
  verify: z.string().min(1).max(10_000).optional(),
  /** Seconds. Default 1,800. */
  verifyTimeout: z.number().int().positive().max(86_400).optional(),
};
const pushOptions = {
  /** `branch` (default): the session's branch. `target`: the target, as a fast-forward. `squash`: the target, as one commit. */
  push: pushModeSchema.optional(),
  /** Push although nothing was verified. */
  unverified: z.boolean().optional(),
  message: z.string().min(1).max(10_000).optional(),
};

/** What brings a session's work onto another branch. Those that take long answer at once with the landing as it is then. */
export const landingOperations = {
  'landing.plan': operation({
    summary:
      'Show what landing a session would do: the commits that move and the conflicts they meet. Changes nothing.',
    effect: 'read',
    input: z.strictObject({ session: sessionKey, target: options.target, verify: options.verify }),
    output: z.strictObject({ plan: landingPlanSchema }),
  }),
  'landing.status': operation({
    summary: "Show a session's landing: where it stands, its conflicts, what was verified and pushed.",
    effect: 'read',
    input: one,
    output: z.strictObject({
      /** Absent when the session was never landed. */
      landing: landingSchema.optional(),
      /** The end of what the verification wrote. */
      verifyOutput: z.string().optional(),
      /** What can be asked for now. */
      actions: z.array(
        z.enum(['rebase', 'resolve', 'continue', 'abort', 'verify', 'push', 'land', 'undo', 'send-output']),
      ),
    }),
  }),
  'landing.rebase': operation({
    summary: "Rebase a session's branch onto its target in its environment; stops at conflicts.",
    effect: 'write',
    input: z.strictObject({ session: sessionKey, ...options }),
    output: landingOut,
  }),
  'landing.resolve': operation({
    summary: 'Resolve conflicts of a landing: let Claude do it, or settle one file.',
    effect: 'write',
    input: z.strictObject({
      session: sessionKey,
      /** One conflicted file; all that are open when absent. */
      path: path.optional(),
      /**
       * `claude`: let Claude resolve. `accept`: take what stands in the file, Claude's or one's own. `refuse`: put the conflict back.
       * `ours`: the target's version. `theirs`: the session's.
       */
      how: z.enum(['claude', 'accept', 'refuse', 'ours', 'theirs']).default('claude'),
      /** Told to Claude beside what it is told anyway. */
      advice: z.string().max(20_000).optional(),
    }),
    output: landingOut,
  }),
  'landing.conflict': operation({
    summary: 'Show the three sides of a conflicted file, and the file as it stands.',
    effect: 'read',
    input: z.strictObject({ session: sessionKey, path }),
    output: z.strictObject({
      /** Base64; absent where that side has no such file. `ours` is the target, `theirs` the session. */
      base: z.string().optional(),
      ours: z.string().optional(),
      theirs: z.string().optional(),
      current: z.string().optional(),
      isBinary: z.boolean(),
    }),
  }),
  'landing.continue': operation({
    summary:
      'Go on with a landing that waits: after conflicts are resolved, after a failed verification, after the target moved.',
    effect: 'write',
    input: z.strictObject({ session: sessionKey, ...pushOptions }),
    output: landingOut,
  }),
  'landing.abort': operation({
    summary: 'Give a landing up: the session is as it was before, and what was pushed stays.',
    effect: 'write',
    input: one,
    output: landingOut,
  }),
  'landing.verify': operation({
    summary: "Run the project's verification in the session's environment.",
    effect: 'write',
    input: z.strictObject({ session: sessionKey, verify: options.verify, verifyTimeout: options.verifyTimeout }),
    output: landingOut,
  }),
  'landing.push': operation({
    summary: 'Push what was landed: the branch of the session, or the target.',
    effect: 'write',
    input: z.strictObject({ session: sessionKey, ...pushOptions }),
    output: landingOut,
  }),
  'landing.land': operation({
    summary: 'Land a session: rebase, resolve, verify and push, with a stop where a person must decide.',
    effect: 'write',
    input: z.strictObject({ session: sessionKey, ...options, ...pushOptions }),
    output: landingOut,
  }),
  'landing.undo': operation({
    summary:
      "Undo a landing: the session's tree and its branch on the remote go back; on a target a revert commit is pushed.",
    effect: 'write',
    input: z.strictObject({
      session: sessionKey,
      /** Push a commit that takes the work back from the target. */
      revertTarget: z.boolean().default(false),
    }),
    output: landingOut,
  }),
  'forecast.get': operation({
    summary: 'Show what landing sessions would meet now: conflicts with their target and with each other.',
    effect: 'read',
    input: z.strictObject({ /** All sessions that have work, when absent. */ session: sessionKey.optional() }),
    output: z.strictObject({
      forecasts: z.array(z.strictObject({ session: z.string(), forecast: forecastSchema })),
    }),
  }),
};
