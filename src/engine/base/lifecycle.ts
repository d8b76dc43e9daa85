/** Something that was opened and must be closed. Closing twice is harmless. */
export interface Closable {
  close(): void | Promise<void>;
}

/** Closes what was put into it, newest first; a failing one does not keep the others from closing. */
export class Closables implements Closable {
  readonly #items: Closable[] = [];
  #closed = false;

  add<T extends Closable>(item: T): T {
    if (this.#closed) void item.close();
    else this.#items.push(item);
    return item;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const failures: unknown[] = [];
    for (let item = this.#items.pop(); item !== undefined; item = this.#items.pop()) {
      try {
        await item.close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'closing failed');
  }
}

export type Listener<T> = (value: T) => void;

/** A list of listeners. One that throws is told to `onError` and does not keep the others from hearing. */
export class Emitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get size(): number {
    return this.#listeners.size;
  }

  on(listener: Listener<T>): Closable {
    const own: Listener<T> = (value) => {
      listener(value);
    };
    this.#listeners.add(own);
    return { close: () => void this.#listeners.delete(own) };
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
