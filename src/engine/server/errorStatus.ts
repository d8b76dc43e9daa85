import type { ErrorBody, ErrorCode } from '../../protocol/errors.ts';

const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  'invalid-input': 400,
  'unknown-operation': 404,
  'unknown-session': 404,
  'unknown-repository': 404,
  'ambiguous-session': 409,
  'not-in-this-state': 409,
  'branch-taken': 409,
  'limit-reached': 429,
  cancelled: 499,
  'engine-busy': 503,
  'engine-too-old': 505,
};

/** The HTTP status that goes with an error. Programs decide on the code in the body; the status is for generic clients. */
export const errorStatus = (error: ErrorBody): number => statuses[error.code] ?? (error.kind === 'user' ? 422 : 500);
