import * as z from 'zod';
import { instantSchema } from './basics.ts';
import { progressSchema, timelineEntrySchema } from './events.ts';
import { fileOperations } from './fileOperations.ts';
import { landingOperations } from './landingOperations.ts';
import { operation } from './operationDefinition.ts';
import {
  limitsSchema,
  modeSchema,
  networkSchema,
  permissionModeSchema,
  sessionSchema,
  sessionStateSchema,
  whenRefusedSchema,
} from './session.ts';

/** A session's id, an unambiguous start of it, or its name. */
const sessionKey = z.string().min(1).max(200);
const one = z.strictObject({ session: sessionKey });
const sessionOut = z.strictObject({ session: sessionSchema });
const none = z.strictObject({});

export const checkSchema = z.strictObject({
  /** Stable id: `git`, `docker`, `docker-disk`, `credentials`, `proxy`, `ca`. */
  id: z.string(),
  title: z.string(),
  status: z.enum(['ok', 'warning', 'failed']),
  message: z.string(),
  /** What to do, when something is to be done. */
  advice: z.string().optional(),
});
export type Check = z.infer<typeof checkSchema>;

export const resourcesSchema = z.strictObject({
  at: instantSchema,
  /** Bytes in use, and the limit. */
  memory: z.strictObject({ used: z.number(), limit: z.number() }),
  /** Cores in use since the sample before (1 = one core). */
  cpus: z.number(),
  pids: z.number(),
});
export type Resources = z.infer<typeof resourcesSchema>;

export const changedFileSchema = z.strictObject({
  path: z.string(),
  /** Set for renames and copies. */
  from: z.string().optional(),
  status: z.enum(['added', 'modified', 'deleted', 'renamed', 'copied', 'type-changed', 'unmerged', 'unknown']),
  /** Lines; absent for binary files. */
  added: z.number().int().optional(),
  removed: z.number().int().optional(),
});
export type ChangedFile = z.infer<typeof changedFileSchema>;

export const commitSchema = z.strictObject({
  id: z.string(),
  subject: z.string(),
  author: z.string(),
  at: instantSchema,
});
export type Commit = z.infer<typeof commitSchema>;

export const checkpointSchema = z.strictObject({
  number: z.number().int().positive(),
  commit: z.string(),
  /** When it was made, by the environment's clock. */
  at: instantSchema,
});
export type CheckpointEntry = z.infer<typeof checkpointSchema>;

export const orphanSchema = z.strictObject({
  sessionId: z.string(),
  /** Containers, volumes and networks that carry the session's label, by name. */
  parts: z.array(z.string()),
  running: z.boolean(),
  /** True when the engine knows enough from the labels to take it back as a session. */
  adoptable: z.boolean(),
});
export type Orphan = z.infer<typeof orphanSchema>;

export const credentialSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('api-key'), value: z.string().min(8).max(4096) }),
  z.strictObject({ kind: z.literal('oauth-token'), value: z.string().min(8).max(4096) }),
]);
export type Credential = z.infer<typeof credentialSchema>;

/** Where the gateway sends requests, and with what. Handed in by a face; kept in memory only. */
export const credentialsInputSchema = z.strictObject({
  credential: credentialSchema,
  /** The user's `ANTHROPIC_BASE_URL`; the Anthropic API when absent. */
  upstream: z.url({ protocol: /^https?$/ }).optional(),
});
export type CredentialsInput = z.infer<typeof credentialsInputSchema>;

/** Every operation a face may ask of the engine. The server, the CLI and MCP translate this table and have no logic of their own. */
export const operations = {
  'session.create': operation({
    summary: 'Make a session: a branch of a repository, with a task for Claude.',
    effect: 'write',
    input: z.strictObject({
      /** An absolute folder or a URL. */
      repository: z.string().min(1).max(4096),
      prompt: z.string().max(1_000_000).default(''),
      name: z.string().min(1).max(80).optional(),
      /** Branch, tag or commit to start from; the folder's current branch, or the remote's default branch, when absent. */
      base: z.string().min(1).max(1024).optional(),
      /** The session's branch; `flotilla/<slug>-<short id>` when absent. */
      branch: z.string().min(1).max(200).optional(),
      mode: modeSchema.default('autonomous'),
      model: z.string().min(1).max(200).optional(),
      permissionMode: permissionModeSchema.default('bypassPermissions'),
      image: z.string().min(1).max(500).optional(),
      /** A shell command that the environment runs once, after the workspace is filled: `npm ci`. */
      setup: z.string().min(1).max(10_000).optional(),
      limits: limitsSchema.partial().optional(),
      network: networkSchema.default('bridge'),
      /** What an autonomous session does when the API goes on refusing; `wait` when absent. */
      whenRefused: whenRefusedSchema.optional(),
      /** Take a local folder's uncommitted work along, as a commit of its own on the session's branch. */
      takeUncommitted: z.boolean().default(false),
      /** PEM file on the host with the certificates of a company's proxy. */
      certificates: z.string().max(4096).optional(),
      /** Start at once. */
      start: z.boolean().default(true),
    }),
    output: sessionOut,
  }),
  'session.start': operation({
    summary: 'Start a session that was made but not started, or that waits.',
    effect: 'write',
    input: one,
    output: sessionOut,
  }),
  'session.get': operation({ summary: 'Show one session.', effect: 'read', input: one, output: sessionOut }),
  'session.list': operation({
    summary: 'List sessions, newest first.',
    effect: 'read',
    input: z.strictObject({ repository: z.string().optional(), states: z.array(sessionStateSchema).optional() }),
    output: z.strictObject({
      sessions: z.array(sessionSchema),
      /** Read events after this number. */ seq: z.number().int(),
    }),
  }),
  'session.output': operation({
    summary: 'What a session made: the result text, the changed files, the commits, turns, tokens and cost.',
    effect: 'read',
    input: one,
    output: z.strictObject({
      session: sessionSchema,
      result: z.string().optional(),
      files: z.array(changedFileSchema),
      commits: z.array(commitSchema),
    }),
  }),
  'session.logs': operation({
    summary: 'What happened in a session: its steps and its timeline.',
    effect: 'read',
    input: z.strictObject({
      session: sessionKey,
      after: z.number().int().nonnegative().default(0),
      limit: z.number().int().min(1).max(10_000).default(1000),
    }),
    output: z.strictObject({
      entries: z.array(
        z.strictObject({
          seq: z.number().int(),
          at: instantSchema,
          entry: z.union([
            z.strictObject({ kind: z.literal('step'), progress: progressSchema }),
            z.strictObject({ kind: z.literal('state'), state: sessionStateSchema, message: z.string() }),
            z.strictObject({ kind: z.literal('timeline'), timeline: timelineEntrySchema }),
          ]),
        }),
      ),
    }),
  }),
  'session.resources': operation({
    summary: 'Memory, processor and processes of a running session.',
    effect: 'read',
    input: one,
    output: z.strictObject({ resources: resourcesSchema.optional() }),
  }),
  'session.environment': operation({
    summary: "Where a session runs, for tools that go there themselves: its container's name, user and folder.",
    effect: 'read',
    input: one,
    output: z.strictObject({
      id: z.string(),
      /** The container's name. */
      name: z.string(),
      user: z.string(),
      workspaceFolder: z.string(),
      isRunning: z.boolean(),
    }),
  }),
  'session.send': operation({
    summary: 'Send Claude a follow-up; it waits its turn while Claude works.',
    effect: 'write',
    input: z.strictObject({ session: sessionKey, text: z.string().min(1).max(1_000_000) }),
    output: sessionOut,
  }),
  'session.stop': operation({
    summary: 'Stop a session and keep its environment.',
    effect: 'write',
    input: one,
    output: sessionOut,
  }),
  'session.resume': operation({
    summary: "Go on with a session: its environment starts again and Claude's conversation continues.",
    effect: 'write',
    input: z.strictObject({
      session: sessionKey,
      mode: modeSchema.optional(),
      prompt: z.string().max(1_000_000).optional(),
    }),
    output: sessionOut,
  }),
  'session.cancel': operation({
    summary: 'Cancel a session: its work comes home, its environment is removed, its record stays.',
    effect: 'write',
    input: one,
    output: sessionOut,
  }),
  'session.remove': operation({
    summary: 'Remove a session with its environment, volumes, branch and transcript.',
    effect: 'destroy',
    input: z.strictObject({
      session: sessionKey,
      /** Remove work that was never pushed as well. */ discard: z.boolean().default(false),
    }),
    output: z.strictObject({ removed: z.string() }),
  }),
  'session.diff': operation({
    summary: "A session's changes against its base.",
    effect: 'read',
    input: z.strictObject({
      session: sessionKey,
      /** `work`: with what is not committed yet (the newest checkpoint); `branch`: commits only. */
      what: z.enum(['branch', 'work']).default('work'),
      /** Include the patch text, not just the list of files. */
      patch: z.boolean().default(true),
    }),
    output: z.strictObject({
      from: z.string(),
      to: z.string(),
      files: z.array(changedFileSchema),
      patch: z.string().optional(),
      /** The patch was longer than what is sent (8 MiB) and was cut. */
      truncated: z.boolean(),
    }),
  }),
  'session.push': operation({
    summary: "Push a session's branch to its repository's origin.",
    effect: 'write',
    input: one,
    output: z.strictObject({
      session: sessionSchema,
      commit: z.string(),
      remote: z.string(),
      branch: z.string(),
      upToDate: z.boolean(),
    }),
  }),
  ...fileOperations,
  ...landingOperations,
  'checkpoint.list': operation({
    summary: "List a session's checkpoints that came home, newest first.",
    effect: 'read',
    input: one,
    output: z.strictObject({ checkpoints: z.array(checkpointSchema) }),
  }),
  'checkpoint.changes': operation({
    summary: "List the files in which a checkpoint differs from the session's base.",
    effect: 'read',
    input: z.strictObject({ session: sessionKey, commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/) }),
    output: z.strictObject({ files: z.array(changedFileSchema) }),
  }),
  'repository.list': operation({
    summary: 'List the repositories that sessions were made from.',
    effect: 'read',
    input: none,
    output: z.strictObject({
      repositories: z.array(
        z.strictObject({
          id: z.string(),
          source: z.string(),
          kind: z.enum(['folder', 'url']),
          name: z.string(),
          sessions: z.number().int(),
          usedAt: instantSchema,
        }),
      ),
    }),
  }),
  'orphan.list': operation({
    summary: 'List environments that no session owns.',
    effect: 'read',
    input: none,
    output: z.strictObject({ orphans: z.array(orphanSchema) }),
  }),
  'orphan.adopt': operation({
    summary: 'Take an environment that no session owns back as a session.',
    effect: 'write',
    input: z.strictObject({ sessionId: z.string() }),
    output: sessionOut,
  }),
  'orphan.remove': operation({
    summary: 'Remove an environment that no session owns, with everything in it.',
    effect: 'destroy',
    input: z.strictObject({ sessionId: z.string() }),
    output: z.strictObject({ removed: z.array(z.string()) }),
  }),
  'credentials.set': operation({
    summary: 'Hand the engine an Anthropic API key or OAuth token; it stays in memory.',
    effect: 'write',
    secret: true,
    input: credentialsInputSchema,
    output: z.strictObject({ kind: z.enum(['api-key', 'oauth-token']) }),
  }),
  'credentials.clear': operation({
    summary: 'Make the engine forget the credential.',
    effect: 'write',
    input: none,
    output: none,
  }),
  'system.info': operation({
    summary: 'What the engine is and what it holds.',
    effect: 'read',
    input: none,
    output: z.strictObject({
      version: z.string(),
      protocol: z.number().int(),
      pid: z.number().int(),
      startedAt: instantSchema,
      dataFolder: z.string(),
      logFile: z.string(),
      sessions: z.record(z.string(), z.number().int()),
      faces: z.number().int(),
      credentials: z.enum(['none', 'api-key', 'oauth-token']),
      upstream: z.string(),
      memoryBytes: z.number().int(),
      seq: z.number().int(),
    }),
  }),
  'system.doctor': operation({
    summary: 'Check what Flotilla needs: git, Docker, credentials, proxy and certificates.',
    effect: 'read',
    input: none,
    output: z.strictObject({ checks: z.array(checkSchema) }),
  }),
  'engine.stop': operation({
    summary: 'Ask the engine to finish its running operations and leave; sessions go on in their environments.',
    effect: 'write',
    input: z.strictObject({ why: z.string().max(200).default('asked to') }),
    output: none,
  }),
} as const;

export type OperationName = keyof typeof operations;
/** What a caller gives: defaults may be left out. */
export type OperationInput<N extends OperationName> = z.input<(typeof operations)[N]['input']>;
/** What the engine works with: defaults filled in. */
export type OperationParsedInput<N extends OperationName> = z.output<(typeof operations)[N]['input']>;
export type OperationOutput<N extends OperationName> = z.output<(typeof operations)[N]['output']>;

export const isOperationName = (name: string): name is OperationName => Object.hasOwn(operations, name);
