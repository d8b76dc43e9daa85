import type { Reason } from '../../protocol/basics.ts';

/** A Claude at work in an environment, however it is run. */
export interface LiveClaude {
  /** Settles once, when this Claude has ended or the engine has let go of it. */
  readonly ended: Promise<ClaudeEnd>;
  /** There are follow-ups: hand them over as soon as Claude can take them. */
  nudge(): void;
  /** Ends Claude, politely at first. `ended` settles. */
  stop(): Promise<void>;
  /** The engine leaves; Claude goes on. `ended` settles with `left`. */
  leave(): Promise<void>;
}

export type ClaudeEnd =
  /** Claude finished its task. */
  | { readonly how: 'completed' }
  | { readonly how: 'failed'; readonly reason: Reason }
  /** It was ended on request, or the person closed the interactive Claude. */
  | { readonly how: 'closed'; readonly reason: Reason }
  /** The engine let go of it; it goes on by itself. */
  | { readonly how: 'left' };

/** A promise with its handles; the first settlement counts. */
export class Ending {
  readonly promise: Promise<ClaudeEnd>;
  #settle: (end: ClaudeEnd) => void = () => undefined;
  #done = false;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get done(): boolean {
    return this.#done;
  }

  settle(end: ClaudeEnd): void {
    this.#done = true;
    this.#settle(end);
  }
}
