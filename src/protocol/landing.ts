import * as z from 'zod';
import { instantSchema, reasonSchema } from './basics.ts';
import { landingStateSchema, landingStepSchema } from './landingSummary.ts';

const commitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** Why git can't merge a path by itself. */
export const conflictKindSchema = z.enum([
  'content',
  'both-added',
  'modify-delete',
  'rename-delete',
  'rename-rename',
  'directory-rename',
  'file-directory',
  'binary',
  'mode',
  'symlink',
  'submodule',
  'other',
]);
export type ConflictKind = z.infer<typeof conflictKindSchema>;

/** A conflict that a landing would meet. `ours` is the target with what was landed so far, `theirs` the session's commit. */
export const plannedConflictSchema = z.strictObject({
  path: z.string(),
  kind: conflictKindSchema,
  deletedBy: z.enum(['ours', 'theirs']).optional(),
  /** Places in the file that conflict, where they can be counted. */
  hunks: z.number().int().nonnegative().optional(),
});
export type PlannedConflict = z.infer<typeof plannedConflictSchema>;

export const plannedCommitSchema = z.strictObject({
  id: z.string(),
  subject: z.string(),
  author: z.string(),
  at: instantSchema,
  /** `empty`: nothing of it is left on the target. `there`: the target has the same change already. `merge`: left out, as a rebase does. */
  outcome: z.enum(['clean', 'conflict', 'empty', 'there', 'merge']),
  /** Of a merge: it holds changes of its own, which a rebase loses. */
  carries: z.boolean().optional(),
  conflicts: z.array(plannedConflictSchema),
});
export type PlannedCommit = z.infer<typeof plannedCommitSchema>;

export const landingTargetSchema = z.strictObject({ branch: z.string(), commit: commitId });

export const landingPlanSchema = z.strictObject({
  target: landingTargetSchema,
  /** The session's newest commit. */
  head: commitId,
  /** The target is contained in the session's branch: nothing has to be rebased. */
  fastForward: z.boolean(),
  /** The target holds everything already. */
  upToDate: z.boolean(),
  commits: z.array(plannedCommitSchema),
  /** Commits of the target that the session's branch lacks. */
  behind: z.number().int().nonnegative(),
  /** What a person should know: merges with changes of their own, uncommitted work that stays behind, submodules. */
  notices: z.array(z.string()),
  verify: z.strictObject({
    /** What will be run. */
    command: z.string().optional(),
    /** Where the command comes from: what was asked, or `.flotilla.yaml` of the target. */
    from: z.enum(['asked', 'file']).optional(),
    /** What the project seems to use, when no command is known. */
    suggestions: z.array(z.string()),
  }),
});
export type LandingPlan = z.infer<typeof landingPlanSchema>;

/** What became of one conflicted path of the stop that the landing stands at. */
export const landingFileSchema = z.strictObject({
  path: z.string(),
  kind: conflictKindSchema,
  deletedBy: z.enum(['ours', 'theirs']).optional(),
  /**
   * `open`: nobody has resolved it. `proposed`: Claude has, and a person should look. `accepted`: it counts as resolved.
   */
  state: z.enum(['open', 'proposed', 'accepted']),
  /** Who resolved it: git or a rule that needs no judgement, Claude, or a person. */
  by: z.enum(['rule', 'claude', 'person']).optional(),
  /** Claude's, 0 to 1. */
  confidence: z.number().min(0).max(1).optional(),
  /** One sentence. */
  why: z.string().optional(),
  /** What was found when the resolution was checked: lines that vanished, a file that does not parse. */
  warnings: z.array(z.string()),
});
export type LandingFile = z.infer<typeof landingFileSchema>;

export const pushModeSchema = z.enum(['branch', 'target', 'squash']);
export type PushMode = z.infer<typeof pushModeSchema>;

/** Where work went. */
export const landingPushSchema = z.strictObject({
  mode: pushModeSchema,
  remote: z.string(),
  branch: z.string(),
  commit: commitId,
  /** What the branch was on the remote before; absent when it did not exist. */
  before: commitId.optional(),
  at: instantSchema,
  /** Where a pull request can be opened, when the host is known. */
  pullRequestUrl: z.string().optional(),
  /** It was taken back since. */
  undone: z.boolean().optional(),
});
export type LandingPush = z.infer<typeof landingPushSchema>;

export const landingVerifySchema = z.strictObject({
  command: z.string(),
  /** The commit that was verified. */
  commit: commitId,
  outcome: z.enum(['running', 'passed', 'failed', 'timed-out', 'cancelled']),
  exitCode: z.number().int().optional(),
  /** Files of the session's tree that were in no commit when it ran, when there were any: it saw them too. */
  uncommitted: z.number().int().positive().optional(),
  startedAt: instantSchema,
  endedAt: instantSchema.optional(),
});

export const landingOptionsSchema = z.strictObject({
  /** Let Claude resolve what needs judgement. */
  resolve: z.enum(['claude', 'person']),
  /** Claude's resolutions below this confidence wait for a person. */
  threshold: z.number().min(0).max(1),
  /** US dollars that Claude may cost in one landing. */
  budgetUsd: z.number().positive(),
  /** Lock files are made anew by their package manager. */
  lockFiles: z.boolean(),
  /** A shell command that must succeed before anything is pushed. */
  verify: z.string().optional(),
  /** Milliseconds that it may take. */
  verifyTimeout: z.number().int().positive(),
  /** Push although nothing was verified. */
  unverified: z.boolean(),
  push: pushModeSchema,
  /** Of the one commit of `squash`. */
  message: z.string().optional(),
});
export type LandingOptions = z.infer<typeof landingOptionsSchema>;

export const landingStopSchema = z.strictObject({
  commit: z.string(),
  subject: z.string(),
  /** Claude was asked about it once. */
  asked: z.boolean(),
  files: z.array(landingFileSchema),
  /** What Claude changed beyond the conflicted files, and why. */
  alsoChanged: z.array(z.strictObject({ path: z.string(), why: z.string() })).optional(),
});
export type LandingStop = z.infer<typeof landingStopSchema>;

/** One landing of a session, as it is stored. It survives restarts of engine, environment and machine. */
export const landingSchema = z.strictObject({
  session: z.string(),
  target: landingTargetSchema,
  /** The session's newest commit when the landing began. */
  head: commitId,
  state: landingStateSchema,
  step: landingStepSchema,
  /** Why it is in its state; `code` is an error code or a word of ours: `conflicts`, `proposals`, `unverified`, `verify-failed`, `target-moved` … */
  reason: reasonSchema,
  /** The whole way is asked for, not just one step. */
  whole: z.boolean(),
  options: landingOptionsSchema,
  /** How far the rebase is. */
  progress: z.strictObject({ done: z.number().int(), total: z.number().int() }).optional(),
  /** The commit at which the rebase stands, and its conflicts. */
  stop: landingStopSchema.optional(),
  /** What earlier stops were resolved with, newest last. */
  resolved: z.array(landingStopSchema),
  /** What Claude is asked to resolve now; everything that is open when no paths are named. */
  asking: z.strictObject({ paths: z.array(z.string()).optional(), advice: z.string().optional() }).optional(),
  /**
   * Exactly the commits since this one are moved, whatever the target seems to hold: it holds a commit that took them back when an earlier
   * landing was undone, or those before it as one commit.
   */
  since: commitId.optional(),
  /** What undoing goes back to: the session's newest commit and where its branch started, before the landing. */
  before: z.strictObject({
    head: commitId,
    base: z.strictObject({ ref: z.string(), commit: z.string() }),
    /** As `since` was when the landing began. */
    since: commitId.optional(),
  }),
  /** Commits that are another's or a rebased one's former shape: once landed, nothing of them is lost with the session. */
  superseded: z.array(commitId),
  /** Those of them that earlier rounds' rebases alone made of the session's own commits, and nobody added to. */
  copies: z.array(commitId).optional(),
  /** The rebased commit, once the rebase is done. */
  result: commitId.optional(),
  /** What the rebase itself gave; `result` is newer when the session was given commits that mend a failed verification. */
  rebased: commitId.optional(),
  /** The session's own tree stands on `result`. */
  moved: z.boolean(),
  verify: landingVerifySchema.optional(),
  pushes: z.array(landingPushSchema),
  /** Set while it is being taken back: given up before anything was pushed, or undone. */
  undo: z.strictObject({ kind: z.enum(['abort', 'undo']), revertTarget: z.boolean() }).optional(),
  /** Times that the target moved and everything was done again. */
  rounds: z.number().int().nonnegative(),
  costUsd: z.number().nonnegative(),
  startedAt: instantSchema,
  updatedAt: instantSchema,
});
export type Landing = z.infer<typeof landingSchema>;
