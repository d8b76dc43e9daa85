import { type ErrorBody, type ErrorCode, type ErrorKind, errorCodes } from '../../protocol/errors.ts';

/** What every error of ours is: a code for programs and one sentence that says what to do. */
export class FlotillaError extends Error {
  override readonly name = 'FlotillaError';
  readonly code: ErrorCode;
  /** More for whoever looks, such as the last lines of a build. Must never hold a secret. */
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; detail?: string | undefined } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
  }

  get kind(): ErrorKind {
    return errorCodes[this.code];
  }

  /** True when `error` is one of ours with this code. */
  static is(error: unknown, code: ErrorCode): error is FlotillaError {
    return error instanceof FlotillaError && error.code === code;
  }
}

/** Ended because somebody asked for it: says nothing. */
export const cancelled = (what = 'The operation'): FlotillaError =>
  new FlotillaError('cancelled', `${what} was cancelled.`);

/** True for our own cancellation and for what an aborted signal makes Node throw. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof FlotillaError) return error.code === 'cancelled';
  return error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'ABORT_ERR'));
}

/** Throws our cancellation when the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined, what?: string): void {
  if (signal?.aborted === true) throw cancelled(what);
}

/** The documented JSON shape of any thrown thing; what is not ours becomes an internal error that names no inner detail. */
export function toErrorBody(error: unknown): ErrorBody {
  if (error instanceof FlotillaError)
    return {
      code: error.code,
      kind: error.kind,
      message: error.message,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    };
  if (isCancelled(error)) return { code: 'cancelled', kind: 'cancelled', message: 'The operation was cancelled.' };
  return {
    code: 'internal',
    kind: 'internal',
    message: "Flotilla made an error of its own. The engine's log has the details.",
  };
}

/** The message of any thrown thing, for logs. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
