/** Keeps the last lines of a text that comes in pieces: what an error shows of a build or a command. */
export class Tail {
  readonly #maxBytes: number;
  #text = '';

  constructor(maxBytes = 8 * 1024) {
    this.#maxBytes = maxBytes;
  }

  write(chunk: Uint8Array | string): void {
    this.#text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    if (this.#text.length > this.#maxBytes * 2) this.#text = this.#text.slice(-this.#maxBytes);
  }

  /** The last `count` non-empty lines. */
  lines(count = 20): string {
    return this.#text
      .slice(-this.#maxBytes)
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .slice(-count)
      .join('\n');
  }
}
