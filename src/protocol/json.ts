import type * as z from 'zod';

/**
 * Parses JSON that came from outside against a schema. The one way JSON enters the engine: what is not JSON, or not of the
 * schema's shape, is `undefined`, never an exception and never a half-typed value.
 */
export function parseJson<S extends z.ZodType>(schema: S, text: string): z.output<S> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
