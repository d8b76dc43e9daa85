import type { FlotillaEvent } from '../../../src/protocol/events.ts';
import type { OperationName } from '../../../src/protocol/operations.ts';
import type { ViewerMessage } from '../../../src/protocol/terminal.ts';
import { CliError } from '../../../src/cli/cliError.ts';
import type { ConnectWishes, Engine, EngineDoor, TerminalLink, TerminalListener } from '../../../src/cli/engineDoor.ts';

type Answer = (input: never) => unknown;

/** An engine whose answers the test gives; what it was not told to answer fails. */
export class FakeEngine implements EngineDoor {
  logFile = '/nowhere/engine.log';
  readonly calls: { readonly name: OperationName; readonly input: unknown }[] = [];
  readonly wishes: ConnectWishes[] = [];
  readonly typed: string[] = [];
  readonly said: ViewerMessage[] = [];
  events: FlotillaEvent[] = [];
  viewer: TerminalListener | undefined;
  isRunning = true;
  open = 0;
  readonly #answers: Partial<Record<OperationName, Answer>>;
  #wake = Promise.withResolvers<undefined>();

  constructor(answers: Partial<Record<OperationName, Answer>>) {
    this.#answers = answers;
  }

  connect(wishes: ConnectWishes = {}): Promise<Engine> {
    this.wishes.push(wishes);
    if (!this.isRunning) return Promise.reject(new CliError('engine-unreachable', 'The engine does not run.'));
    this.open += 1;
    // The answers are whatever the test says they are.
    const call = ((name: OperationName, input: never) => this.#call(name, input)) as unknown as Engine['call'];
    return Promise.resolve({
      call,
      events: (options) => this.#events(options),
      terminal: (_, listener) => Promise.resolve(this.#terminal(listener)),
      close: () => {
        this.open -= 1;
      },
    });
  }

  happen(...events: FlotillaEvent[]): void {
    this.events.push(...events);
    this.#wake.resolve(undefined);
  }

  names(): string[] {
    return this.calls.map(({ name }) => name);
  }

  #call(name: OperationName, input: never): Promise<unknown> {
    this.calls.push({ name, input });
    const answer = this.#answers[name];
    if (answer === undefined) return Promise.reject(new Error(`not faked in this test: ${name}`));
    try {
      return Promise.resolve(answer(input));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async *#events({ after, signal }: { after: number; signal: AbortSignal }): AsyncGenerator<FlotillaEvent> {
    const aborted = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    for (let seen = after; !signal.aborted;) {
      const next = this.events.find(({ seq }) => seq > seen);
      if (next === undefined) {
        this.#wake = Promise.withResolvers();
        await Promise.race([this.#wake.promise, aborted]);
        continue;
      }
      seen = next.seq;
      yield next;
    }
  }

  #terminal(listener: TerminalListener): TerminalLink {
    this.viewer = listener;
    return {
      input: (bytes) => this.typed.push(Buffer.from(bytes).toString('latin1')),
      send: (message) => this.said.push(message),
      close: () => undefined,
    };
  }
}
