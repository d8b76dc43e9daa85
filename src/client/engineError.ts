import { type ErrorBody, type ErrorCode, errorCodes } from '../protocol/errors.ts';

/** What the engine answered instead of a result, or why there was no engine to answer. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly body: ErrorBody;

  constructor(body: ErrorBody, cause?: unknown) {
    super(body.message, cause === undefined ? undefined : { cause });
    this.body = body;
  }

  get code(): ErrorCode {
    return this.body.code;
  }

  static of(
    code: ErrorCode,
    message: string,
    options: { detail?: string | undefined; cause?: unknown } = {},
  ): EngineError {
    const { detail, cause } = options;
    return new EngineError({ code, kind: errorCodes[code], message, ...(detail ? { detail } : {}) }, cause);
  }

  /** True when `error` is one of these, with this code when one is given. */
  static is(error: unknown, code?: ErrorCode): error is EngineError {
    return error instanceof EngineError && (code === undefined || error.code === code);
  }
}
