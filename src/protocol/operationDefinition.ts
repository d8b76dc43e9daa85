import type * as z from 'zod';

/** What an operation does to the world: a `read` changes nothing, a `destroy` can lose something and asks first. */
export type Effect = 'read' | 'write' | 'destroy';

export interface OperationDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** One sentence, as `--help` and MCP show it. */
  readonly summary: string;
  readonly effect: Effect;
  readonly input: I;
  readonly output: O;
  /** The input holds a secret: it is never journalled and never logged. */
  readonly secret?: true;
}

/** One entry of the operation table, with its types kept. */
export const operation = <I extends z.ZodType, O extends z.ZodType>(
  definition: OperationDefinition<I, O>,
): OperationDefinition<I, O> => definition;
