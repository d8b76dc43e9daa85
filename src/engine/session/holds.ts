import { FlotillaError } from '../base/errors.ts';

/** What keeps a session's Claude from starting for a while: somebody else moves its tree, or reads it undisturbed. */
export class Holds {
  readonly #reasons = new Map<string, string>();

  /** `why`: a whole sentence that says what to do meanwhile. Gives the hold back with the returned function. */
  hold(id: string, why: string): () => void {
    this.#reasons.set(id, why);
    return () => {
      this.#reasons.delete(id);
    };
  }

  has(id: string): boolean {
    return this.#reasons.has(id);
  }

  /** Throws `landing-under-way` while something holds the session. */
  require(id: string): void {
    const why = this.#reasons.get(id);
    if (why !== undefined) throw new FlotillaError('landing-under-way', why);
  }
}
