import type { FlotillaEvent } from '../../protocol/events.ts';
import type { OperationInput, OperationName, OperationOutput } from '../../protocol/operations.ts';

/** What the model needs of an engine's client. */
export interface EngineLike {
  call<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<OperationOutput<N>>;
  events(options: { after: number; signal: AbortSignal }): AsyncGenerator<FlotillaEvent>;
}

/** Where the model gets its engine from: asked anew after each failure. */
export interface EngineSource {
  client(): Promise<EngineLike>;
}
