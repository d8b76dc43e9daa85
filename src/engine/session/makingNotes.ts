import { z } from 'zod';
import type { Store } from '../store/store.ts';
import type { Making } from './starter.ts';

const makingSchema = z.object({ certificates: z.string().optional(), origin: z.string().optional() });

/** What a start needs and the public record does not show, kept for a start after a restart of the engine. */
export class MakingNotes {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  keep(id: string, making: Making): void {
    this.#store.documents.put('making', id, making);
  }

  get(id: string): Making {
    return this.#store.documents.get(makingSchema, 'making', id) ?? {};
  }

  forget(id: string): void {
    this.#store.documents.delete('making', id);
  }
}
