import { type ErrorBody, type ErrorCode, errorBodySchema, errorCodes } from '../protocol/errors.ts';

/** An error that the command itself found, in the shape that the engine's errors have. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly body: ErrorBody;

  constructor(code: ErrorCode, message: string, detail?: string) {
    super(message);
    this.body = { code, kind: errorCodes[code], message, ...(detail === undefined ? {} : { detail }) };
  }
}

/** The body of an error of ours, whether the engine or this command made it; anything else is a fault of this command. */
export function errorBodyOf(error: unknown): ErrorBody {
  const body = error instanceof Error && 'body' in error ? errorBodySchema.safeParse(error.body) : undefined;
  if (body?.success === true) return body.data;
  if (error instanceof Error && error.name === 'AbortError')
    return { code: 'cancelled', kind: 'cancelled', message: 'Cancelled.' };
  return {
    code: 'internal',
    kind: 'internal',
    message: 'The flotilla command made an error of its own. Please report it with what stands below.',
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
