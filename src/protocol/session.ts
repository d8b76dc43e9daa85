import * as z from 'zod';
import { instantSchema, reasonSchema } from './basics.ts';
import { forecastSchema, landingSummarySchema } from './landingSummary.ts';

export const sessionIdSchema = z.string().regex(/^[a-z0-9]{8}$/);

export const sessionStateSchema = z.enum([
  'created',
  'queued',
  'starting',
  'running',
  'waiting',
  'blocked',
  'stopped',
  'completed',
  'failed',
  'cancelled',
]);
export type SessionState = z.infer<typeof sessionStateSchema>;

/** What the Claude of a running session does right now. */
export const activitySchema = z.strictObject({
  kind: z.enum(['working', 'needs-input', 'idle', 'unknown']),
  /** For people: "permission for Bash", "Bash: npm test". */
  about: z.string().optional(),
  since: instantSchema,
});
export type Activity = z.infer<typeof activitySchema>;

export const modeSchema = z.enum(['autonomous', 'interactive']);
export type Mode = z.infer<typeof modeSchema>;

/** Claude Code's permission modes that work inside a container (`auto` denies behind a custom base URL). */
export const permissionModeSchema = z.enum(['bypassPermissions', 'acceptEdits', 'dontAsk', 'plan', 'manual']);
export type PermissionMode = z.infer<typeof permissionModeSchema>;

export const networkSchema = z.enum(['bridge', 'none']);
export type Network = z.infer<typeof networkSchema>;

/** What an autonomous session does whose Claude the API goes on refusing: wait and go on by itself, or fail. */
export const whenRefusedSchema = z.enum(['wait', 'fail']);
export type WhenRefused = z.infer<typeof whenRefusedSchema>;

export const limitsSchema = z.strictObject({
  /** Bytes. */
  memory: z
    .number()
    .int()
    .min(64 * 1024 * 1024),
  /** Cores; fractions are allowed. */
  cpus: z.number().min(0.1).max(1024),
  /** Processes and threads. */
  pids: z.number().int().min(32).max(1_000_000),
});
export type Limits = z.infer<typeof limitsSchema>;

export const defaultLimits: Limits = { memory: 4 * 1024 ** 3, cpus: 2, pids: 2048 };

/** Tokens and money of a session, counted from what passed the gateway. */
export const usageSchema = z.strictObject({
  requests: z.number().int().nonnegative(),
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheReadTokens: z.number().int().nonnegative(),
  cacheWriteTokens: z.number().int().nonnegative(),
  /** US dollars at list price. */
  costUsd: z.number().nonnegative(),
  /** Requests to a model whose price is unknown; their cost is not in `costUsd`. */
  unpricedRequests: z.number().int().nonnegative(),
});
export type Usage = z.infer<typeof usageSchema>;

export const noUsage: Usage = {
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
  unpricedRequests: 0,
};

/** How full Claude's context is. */
export const contextUseSchema = z.strictObject({
  usedTokens: z.number().int().nonnegative(),
  windowTokens: z.number().int().positive(),
});
export type ContextUse = z.infer<typeof contextUseSchema>;

export const repositoryRefSchema = z.strictObject({
  id: z.string(),
  /** What the user named: an absolute folder or a URL without credentials. */
  source: z.string(),
  kind: z.enum(['folder', 'url']),
  /** The last part of the source: what the workspace folder is called. */
  name: z.string(),
});
export type RepositoryRef = z.infer<typeof repositoryRefSchema>;

export const sessionSchema = z.strictObject({
  id: sessionIdSchema,
  /** A short name for people; the slug in the branch is made from it. */
  name: z.string(),
  /** The task as the user gave it; empty for an interactive session without one. */
  prompt: z.string(),
  mode: modeSchema,
  model: z.string().optional(),
  permissionMode: permissionModeSchema,
  repository: repositoryRefSchema,
  branch: z.string(),
  /** Where the branch started: what the user named, and the exact commit. */
  base: z.strictObject({ ref: z.string(), commit: z.string() }),
  state: sessionStateSchema,
  reason: reasonSchema,
  activity: activitySchema.optional(),
  runtime: z.enum(['devcontainer']),
  /** The image the user named; absent when Flotilla's own is used. */
  image: z.string().optional(),
  setup: z.string().optional(),
  limits: limitsSchema,
  network: networkSchema,
  /** `wait` when absent. */
  whenRefused: whenRefusedSchema.optional(),
  /** Present once an environment exists. */
  environment: z
    .strictObject({ id: z.string(), image: z.string(), user: z.string(), workspaceFolder: z.string() })
    .optional(),
  /** Claude's own session id, for `--resume`. */
  claudeSessionId: z.string().optional(),
  usage: usageSchema,
  context: contextUseSchema.optional(),
  turns: z.number().int().nonnegative(),
  /** The text of Claude's last result. */
  resultText: z.string().optional(),
  /** What has come home: the newest commit of the branch in the work store, and how many it is ahead of the base. */
  head: z.strictObject({ commit: z.string(), ahead: z.number().int().nonnegative() }).optional(),
  checkpoint: z.strictObject({ commit: z.string(), at: instantSchema, number: z.number().int() }).optional(),
  pushed: z.strictObject({ commit: z.string(), remote: z.string(), branch: z.string(), at: instantSchema }).optional(),
  /** The landing that is under way, or how the last one ended. */
  landing: landingSummarySchema.optional(),
  /** What landing it would meet, as of the work that came home last. */
  forecast: forecastSchema.optional(),
  /** What Flotilla does not do for this repository, said by name: submodules, LFS, uncommitted work left alone. */
  notices: z.array(z.string()),
  /** Follow-ups that wait for Claude. */
  queued: z.number().int().nonnegative(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  startedAt: instantSchema.optional(),
  endedAt: instantSchema.optional(),
});
export type Session = z.infer<typeof sessionSchema>;

/** States in which nothing of the session runs and nothing more happens by itself. */
export const endedStates: readonly SessionState[] = ['completed', 'failed', 'cancelled'];
