import type { EventEmitter } from 'node:events';

/** Who is connected: open connections, and the faces behind them (one face may hold several). */
export class Faces {
  readonly #byConnection = new Map<EventEmitter, string | undefined>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get connections(): number {
    return this.#byConnection.size;
  }

  /** Distinct faces; a connection that has not said whose it is counts as one of its own. */
  get count(): number {
    const named = [...this.#byConnection.values()];
    const unnamed = named.filter((name) => name === undefined).length;
    return new Set(named.filter((name) => name !== undefined)).size + unnamed;
  }

  connected(connection: EventEmitter): void {
    this.#byConnection.set(connection, undefined);
    connection.once('close', () => {
      this.#byConnection.delete(connection);
      this.#onChange();
    });
    this.#onChange();
  }

  /** A request said which face it came from. */
  named(connection: EventEmitter, name: string | undefined): void {
    if (name !== undefined && this.#byConnection.has(connection)) this.#byConnection.set(connection, name.slice(0, 64));
    this.#onChange();
  }
}
