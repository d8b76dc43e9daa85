/** What is about to be done to a session; `gone`: it was removed. */
export type Departure = 'stop' | 'cancel' | 'remove' | 'gone';

/** Hears before a session is stopped, cancelled or removed; what it does is waited for. */
export type DepartureListener = (id: string, what: Departure) => Promise<void>;

/** Lets others who work on a session finish or call off their work before its environment goes. */
export class Departures {
  readonly #listeners = new Set<DepartureListener>();

  on(listener: DepartureListener): void {
    this.#listeners.add(listener);
  }

  async announce(id: string, what: Departure): Promise<void> {
    for (const listener of this.#listeners) await listener(id, what);
  }
}
