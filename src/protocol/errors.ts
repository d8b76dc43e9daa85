import * as z from 'zod';

/**
 * Every error a face can be shown, by code. The code is stable and may be relied on by programs; the sentence is for people.
 * `kind` decides how a face shows it: `user` says what to do, `cancelled` says nothing, `internal` offers the log.
 */
export const errorCodes = {
  // What was asked for can't be understood or does not exist.
  'invalid-input': 'user',
  'unknown-operation': 'user',
  'unknown-session': 'user',
  'ambiguous-session': 'user',
  'unknown-repository': 'user',
  'not-in-this-state': 'user',
  // Repositories.
  'repository-missing': 'user',
  'repository-empty': 'user',
  'repository-shallow': 'user',
  'repository-unreachable': 'user',
  'repository-denied': 'user',
  'base-unknown': 'user',
  'branch-taken': 'user',
  'no-remote': 'user',
  'nothing-to-push': 'user',
  'push-rejected': 'user',
  'push-moved': 'user',
  'push-denied': 'user',
  'push-hook-declined': 'user',
  'push-protected': 'user',
  'push-too-large': 'user',
  'push-unknown': 'user',
  'work-not-home': 'user',
  // Landing.
  'no-landing': 'user',
  'landing-under-way': 'user',
  'conflicts-open': 'user',
  'uncommitted-in-the-way': 'user',
  'session-moved': 'user',
  'target-moved': 'user',
  'target-unknown': 'user',
  unverified: 'user',
  'verify-failed': 'user',
  'undo-conflicts': 'user',
  'undo-refused': 'user',
  'git-missing': 'user',
  'git-too-old': 'user',
  'git-failed': 'internal',
  // Environments.
  'docker-missing': 'user',
  'docker-denied': 'user',
  'docker-failed': 'internal',
  'disk-full': 'user',
  'image-unavailable': 'user',
  'image-build-failed': 'user',
  'image-lacks': 'user',
  'config-invalid': 'user',
  'setup-failed': 'user',
  'start-failed': 'user',
  'environment-gone': 'user',
  'not-supported': 'user',
  // Files of a workspace.
  'file-missing': 'user',
  'file-exists': 'user',
  'file-is-folder': 'user',
  'file-is-no-folder': 'user',
  'file-denied': 'user',
  'file-too-long': 'user',
  'folder-not-empty': 'user',
  // Claude.
  'claude-failed': 'user',
  'no-credentials': 'user',
  // The engine itself.
  'engine-busy': 'user',
  'engine-unreachable': 'user',
  'engine-too-new': 'user',
  'engine-too-old': 'user',
  'limit-reached': 'user',
  cancelled: 'cancelled',
  internal: 'internal',
} as const satisfies Record<string, 'user' | 'cancelled' | 'internal'>;

export type ErrorCode = keyof typeof errorCodes;
export type ErrorKind = (typeof errorCodes)[ErrorCode];

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];

/** The documented JSON shape of an error, as the server answers it and as `--json` prints it. */
export const errorBodySchema = z.strictObject({
  code: z.enum(codes),
  kind: z.enum(['user', 'cancelled', 'internal']),
  /** One sentence: what is wrong, and what to do about it. */
  message: z.string(),
  /** More for whoever looks: the last lines of a build, the git command that failed. Never a secret. */
  detail: z.string().optional(),
});

export type ErrorBody = z.infer<typeof errorBodySchema>;
