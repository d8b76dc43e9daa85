import type { Actor } from '../../protocol/actor.ts';
import type { OperationName, OperationOutput, OperationParsedInput } from '../../protocol/operations.ts';

/** Who asks, and the signal that fires when the asker goes away or the engine must leave. */
export interface OperationContext {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

export type OperationHandler<N extends OperationName> = (
  input: OperationParsedInput<N>,
  context: OperationContext,
) => Promise<OperationOutput<N>>;

/** One handler for each operation of the table. */
export type OperationHandlers = { readonly [N in OperationName]: OperationHandler<N> };

/** The door through which the server calls: checks the input, runs the handler, checks the output. */
export interface Operations {
  /** Rejects with `unknown-operation`, `invalid-input`, or whatever the operation rejects with. */
  run(name: string, input: unknown, context: OperationContext): Promise<unknown>;
}
