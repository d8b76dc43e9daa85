import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { reasonSchema } from '../../protocol/basics.ts';
import type { Session } from '../../protocol/session.ts';
import { Run } from '../claude/run.ts';
import { Tui } from '../claude/tui.ts';
import type { Store } from '../store/store.ts';

/** A follow-up that is handed over, and the name under which Claude has it: what comes to it twice under one name counts once. */
const handedSchema = z.strictObject({ followUp: z.number().int(), uuid: z.string() });
export type Handed = z.infer<typeof handedSchema>;

const noteSchema = z.strictObject({
  mode: z.enum(['autonomous', 'interactive']),
  /** The name of this start of Claude; absent in notes of earlier versions. */
  runId: z.string().optional(),
  /** The id of the conversation, where it was chosen before Claude began. */
  conversation: z.string().optional(),
  /** False from before the start until it is known that Claude has begun. */
  begun: z.boolean().default(true),
  /** Bytes of the run's output that have been taken in. */
  offset: z.number().int().nonnegative(),
  /** How the newest finished turn ended. */
  result: z.strictObject({ failed: z.boolean(), text: z.string(), reason: reasonSchema.optional() }).optional(),
  /** True before the first prompt, and between the end of a turn and the next prompt. */
  idle: z.boolean(),
  /** The follow-up that was handed over and not yet taken up, and the name under which Claude will repeat it. */
  sent: handedSchema.optional(),
});
export type RunNote = z.infer<typeof noteSchema>;

/** A start of Claude as it is noted before it is made. */
export interface Plan {
  readonly runId: string;
  readonly conversation: { readonly resume: string } | { readonly id: string };
}

/** What the engine must know to find a running Claude again after a restart: which run, and how far it was read. */
export class RunNotes {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get(id: string): RunNote | undefined {
    return this.#store.documents.get(noteSchema, 'run', id);
  }

  /**
   * Chooses the names of a Claude that is about to begin, and writes them down: an engine that is killed at any moment after this can find
   * out whether it has begun. `resume`: the conversation that goes on. A name of a run and of a conversation that were chosen and never came to be
   * used are used now, so that a start that comes late and this one are the same.
   */
  plan({ id, mode }: Pick<Session, 'id' | 'mode'>, idle: boolean, resume: string | undefined): Plan {
    const unused = this.#unused(id, mode);
    const runId = unused?.runId ?? (mode === 'interactive' ? Tui : Run).newId();
    const conversation = resume ?? unused?.conversation ?? randomUUID();
    this.#store.documents.put('run', id, { mode, runId, conversation, begun: false, offset: 0, idle });
    return { runId, conversation: resume === undefined ? { id: conversation } : { resume } };
  }

  /** A start that was noted and of which nobody knows that it came to be. */
  #unused(id: string, mode: Session['mode']): RunNote | undefined {
    const note = this.get(id);
    return note?.begun === false && note.mode === mode ? note : undefined;
  }

  /** Keeps how far the output was read and how the turn stands. */
  advance(id: string, progress: Partial<Pick<RunNote, 'begun' | 'offset' | 'result' | 'idle' | 'sent'>>): void {
    const note = this.get(id);
    if (note !== undefined) this.#store.documents.put('run', id, { ...note, ...progress });
  }

  end(id: string): void {
    this.#store.documents.delete('run', id);
  }

  /** The follow-up that was handed over last, to this Claude or to one before it. */
  handed(id: string): Handed | undefined {
    return this.#store.documents.get(handedSchema, 'handed', id);
  }

  /** Writes down that a follow-up is handed over; one that was before keeps its name. */
  hand(id: string, followUp: number): Handed {
    const before = this.handed(id);
    if (before?.followUp === followUp) return before;
    const handed = { followUp, uuid: randomUUID() };
    this.#store.documents.put('handed', id, handed);
    return handed;
  }

  forget(id: string): void {
    this.end(id);
    this.#store.documents.delete('handed', id);
  }
}
