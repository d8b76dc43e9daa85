import { EngineError } from '../../../src/client/engineError.ts';
import type { EngineLike, EngineSource } from '../../../src/extension/model/engineLink.ts';
import type { EventBody, FlotillaEvent } from '../../../src/protocol/events.ts';
import type { OperationName } from '../../../src/protocol/operations.ts';
import { testActor } from '../../support/storedSession.ts';

type Answer = (input: never) => unknown;
type Waiting = PromiseWithResolvers<FlotillaEvent | Error>;

/** An engine whose answers and events the test gives; it can be out of reach. */
export class FakeSource implements EngineSource, EngineLike {
  readonly calls: { readonly name: OperationName; readonly input: unknown }[] = [];
  readonly followedAfter: number[] = [];
  outOfReach: Error | undefined;
  seq = 0;
  readonly #answers: Partial<Record<OperationName, Answer>>;
  readonly #queue: (FlotillaEvent | Error)[] = [];
  #waiting: Waiting | undefined;

  constructor(answers: Partial<Record<OperationName, Answer>>) {
    this.#answers = answers;
  }

  client(): Promise<EngineLike> {
    return this.outOfReach === undefined ? Promise.resolve(this) : Promise.reject(this.outOfReach);
  }

  // The answers are whatever the test says they are.
  call = ((name: OperationName, input: never) => {
    this.calls.push({ name, input });
    const answer = this.#answers[name];
    if (answer === undefined) return Promise.reject(new Error(`not faked in this test: ${name}`));
    return Promise.resolve().then(() => answer(input));
  }) as unknown as EngineLike['call'];

  async *events({ after, signal }: { after: number; signal: AbortSignal }): AsyncGenerator<FlotillaEvent> {
    this.followedAfter.push(after);
    signal.addEventListener('abort', () => this.#waiting?.resolve(EngineError.of('cancelled', 'aborted')), {
      once: true,
    });
    for (;;) {
      this.#waiting = Promise.withResolvers();
      const next = this.#queue.shift() ?? (await this.#waiting.promise);
      if (signal.aborted) return;
      if (next instanceof Error) throw next;
      yield next;
    }
  }

  /** Something happens; the model hears of it. */
  happen(sessionId: string | undefined, body: EventBody, seq = ++this.seq): void {
    this.seq = seq;
    this.#pass({
      ...{ seq, at: new Date().toISOString(), actor: testActor, body },
      ...(sessionId === undefined ? {} : { sessionId }),
    });
  }

  /** The stream of events ends with an error. */
  breakOff(error: Error): void {
    this.#pass(error);
  }

  #pass(next: FlotillaEvent | Error): void {
    this.#queue.push(next);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const first = waiting === undefined ? undefined : this.#queue.shift();
    if (first !== undefined) waiting?.resolve(first);
  }
}
