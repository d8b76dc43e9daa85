import { z } from 'zod';
import type { Store } from '../store/store.ts';

const noteSchema = z.strictObject({
  mode: z.enum(['autonomous', 'interactive']),
  /** The supervisor's name for the run; absent for an interactive Claude. */
  runId: z.string().optional(),
  /** Bytes of the run's output that have been taken in. */
  offset: z.number().int().nonnegative(),
  /** How the newest finished turn ended. */
  result: z.strictObject({ failed: z.boolean(), text: z.string() }).optional(),
  /** True before the first prompt, and between the end of a turn and the next prompt. */
  idle: z.boolean(),
  /** The follow-up that was handed over and not yet taken up, and the name under which Claude will repeat it. */
  sent: z.strictObject({ followUp: z.number().int(), uuid: z.string() }).optional(),
});
export type RunNote = z.infer<typeof noteSchema>;

/** What the engine must know to find a running Claude again after a restart: which run, and how far it was read. */
export class RunNotes {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get(id: string): RunNote | undefined {
    return this.#store.documents.get(noteSchema, 'run', id);
  }

  begin(id: string, note: Pick<RunNote, 'mode' | 'runId' | 'idle'>): void {
    this.#store.documents.put('run', id, { ...note, offset: 0 });
  }

  /** Keeps how far the output was read and how the turn stands. */
  advance(id: string, progress: Partial<Pick<RunNote, 'offset' | 'result' | 'idle' | 'sent'>>): void {
    const note = this.get(id);
    if (note !== undefined) this.#store.documents.put('run', id, { ...note, ...progress });
  }

  end(id: string): void {
    this.#store.documents.delete('run', id);
  }
}
