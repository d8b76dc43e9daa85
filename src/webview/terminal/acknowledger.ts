/** Bytes that are shown before the other side is told. Well below what it waits for when it has stopped. */
const step = 32 * 1024;

/** Counts what of a stream has been shown and says so now and then, so that who sends it can hold back. */
export class Acknowledger {
  readonly #say: (stream: number, bytes: number) => void;
  #stream = 0;
  #shown = 0;

  constructor(say: (stream: number, bytes: number) => void) {
    this.#say = say;
  }

  /** So many bytes of a stream have been shown. What is left of an older one is of no interest any more. */
  shown(stream: number, bytes: number): void {
    if (stream < this.#stream) return;
    if (stream > this.#stream) this.#shown = 0;
    this.#stream = stream;
    this.#shown += bytes;
    if (this.#shown < step) return;
    this.#say(stream, this.#shown);
    this.#shown = 0;
  }
}
