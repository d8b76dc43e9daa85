import { type ErrorCode, type ErrorKind, errorCodes } from '../protocol/errors.ts';

/** What the command's exit code says; documented in `flotilla --help` and in README. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  paused: 6,
  internal: 70,
  cancelled: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [0, 'done'],
  [1, "the session, a landing's verification or a check of doctor failed"],
  [2, 'the command line or something it names is wrong'],
  [3, 'no such session'],
  [4, 'refused: not in this state, or work would be lost'],
  [5, 'the engine, Docker or the remote cannot be reached'],
  [6, 'a landing waits for a decision of yours'],
  [70, 'an error of Flotilla itself'],
  [130, 'cancelled or interrupted'],
];

/** Errors whose exit code says more than their kind does. */
const byErrorCode = new Map<ErrorCode, ExitCode>([
  ['unknown-operation', 70],
  ['unknown-session', 3],
  ['ambiguous-session', 3],
  ['unknown-repository', 3],
  ['repository-unreachable', 5],
  ['not-in-this-state', 4],
  ['no-remote', 4],
  ['nothing-to-push', 4],
  ['push-rejected', 4],
  ['push-moved', 4],
  ['push-denied', 4],
  ['push-hook-declined', 4],
  ['push-protected', 4],
  ['push-too-large', 4],
  ['push-unknown', 5],
  ['work-not-home', 4],
  ['no-landing', 4],
  ['landing-under-way', 4],
  ['conflicts-open', 6],
  ['uncommitted-in-the-way', 4],
  ['session-moved', 4],
  ['target-moved', 6],
  ['unverified', 6],
  ['verify-failed', 1],
  ['undo-conflicts', 4],
  ['undo-refused', 4],
  ['not-supported', 4],
  ['no-credentials', 4],
  ['engine-busy', 4],
  ['limit-reached', 4],
  ['git-missing', 5],
  ['docker-missing', 5],
  ['docker-denied', 5],
  ['docker-failed', 5],
  ['engine-unreachable', 5],
  ['engine-too-new', 5],
  ['engine-too-old', 5],
  ['disk-full', 1],
  ['image-unavailable', 1],
  ['image-build-failed', 1],
  ['image-lacks', 1],
  ['setup-failed', 1],
  ['start-failed', 1],
  ['environment-gone', 1],
  ['claude-failed', 1],
]);

/** By kind: what a user can put right is wrong usage unless the table says otherwise. */
const byKind = { user: 2, cancelled: 130, internal: 70 } as const satisfies Record<ErrorKind, ExitCode>;

export const exitCodeOf = (code: ErrorCode): ExitCode => byErrorCode.get(code) ?? byKind[errorCodes[code]];
