import type { z } from 'zod';

/** JSON that came from outside, as the schema has it; `undefined` when it is no JSON or of another shape. */
export function parseJson<S extends z.ZodType>(schema: S, text: string): z.output<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
