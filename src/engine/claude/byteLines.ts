/** A buffer that has grown larger than this for a long line is let go after it, in bytes. */
const keptBytes = 64 * 1024;

/**
 * Cuts a byte stream into lines and counts its bytes, so that reading can go on later at exactly the byte after a line. A line longer
 * than `limit` bytes is told cut off there; its bytes are counted all the same.
 */
export class ByteLines {
  readonly #onLine: (line: string, nextOffset: number) => void;
  readonly #limit: number;
  #offset: number;
  #line: Buffer = Buffer.alloc(0);
  #held = 0;

  constructor(offset: number, onLine: (line: string, nextOffset: number) => void, limit = 8 * 1024 * 1024) {
    this.#offset = offset;
    this.#onLine = onLine;
    this.#limit = limit;
  }

  /** Bytes from the stream's start that have come, an unfinished line included. */
  get offset(): number {
    return this.#offset;
  }

  write(chunk: Uint8Array): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#hold(chunk.subarray(from, end));
      this.#offset += end - from + 1;
      from = end + 1;
      const line = this.#line.toString('utf8', 0, this.#held);
      this.#held = 0;
      if (this.#line.length > keptBytes) this.#line = Buffer.alloc(0);
      this.#onLine(line, this.#offset);
    }
    this.#hold(chunk.subarray(from));
    this.#offset += chunk.length - from;
  }

  #hold(part: Uint8Array): void {
    const kept = part.subarray(0, this.#limit - this.#held);
    if (kept.length === 0) return;
    // Copied into one buffer: a line may come in millions of pieces, each of which would cost more than its bytes.
    if (this.#held + kept.length > this.#line.length) {
      const larger = Buffer.alloc(Math.max(this.#held + kept.length, Math.min(this.#line.length * 2, this.#limit)));
      this.#line.copy(larger, 0, 0, this.#held);
      this.#line = larger;
    }
    this.#line.set(kept, this.#held);
    this.#held += kept.length;
  }
}
