import type { ErrorCode } from '../protocol/errors.ts';

/** What the command's exit code says; documented in `flotilla --help` and in README. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  internal: 70,
  cancelled: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [0, 'done'],
  [1, 'the session failed, or a check of doctor did'],
  [2, 'the command line or something it names is wrong'],
  [3, 'no such session'],
  [4, 'refused: not in this state, or work would be lost'],
  [5, 'the engine or Docker cannot be reached'],
  [70, 'an error of Flotilla itself'],
  [130, 'cancelled or interrupted'],
];

const byErrorCode: Readonly<Record<ErrorCode, ExitCode>> = {
  'invalid-input': 2,
  'unknown-operation': 70,
  'unknown-session': 3,
  'ambiguous-session': 3,
  'unknown-repository': 3,
  'not-in-this-state': 4,
  'repository-missing': 2,
  'repository-empty': 2,
  'repository-shallow': 2,
  'repository-unreachable': 2,
  'repository-denied': 2,
  'base-unknown': 2,
  'branch-taken': 2,
  'no-remote': 4,
  'nothing-to-push': 4,
  'push-rejected': 4,
  'push-moved': 4,
  'push-denied': 4,
  'push-hook-declined': 4,
  'work-not-home': 4,
  'git-missing': 5,
  'git-failed': 70,
  'docker-missing': 5,
  'docker-denied': 5,
  'docker-failed': 5,
  'disk-full': 1,
  'image-unavailable': 1,
  'image-build-failed': 1,
  'image-lacks': 1,
  'config-invalid': 2,
  'setup-failed': 1,
  'start-failed': 1,
  'environment-gone': 1,
  'not-supported': 4,
  'claude-failed': 1,
  'no-credentials': 4,
  'engine-busy': 4,
  'engine-unreachable': 5,
  'engine-too-new': 5,
  'engine-too-old': 5,
  'limit-reached': 4,
  cancelled: 130,
  internal: 70,
};

export const exitCodeOf = (code: ErrorCode): ExitCode => byErrorCode[code];
