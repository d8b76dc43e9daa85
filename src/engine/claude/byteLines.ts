/**
 * Cuts a byte stream into lines and counts its bytes, so that reading can go on later at exactly the byte after a line. A line longer
 * than `limit` bytes is told cut off there; its bytes are counted all the same.
 */
export class ByteLines {
  readonly #onLine: (line: string, nextOffset: number) => void;
  readonly #limit: number;
  #offset: number;
  #parts: Uint8Array[] = [];
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
      const line = Buffer.concat(this.#parts).toString('utf8');
      this.#parts = [];
      this.#held = 0;
      this.#onLine(line, this.#offset);
    }
    this.#hold(chunk.subarray(from));
    this.#offset += chunk.length - from;
  }

  #hold(part: Uint8Array): void {
    const kept = part.subarray(0, this.#limit - this.#held);
    if (kept.length === 0) return;
    // A copy: the chunk may be a view of a larger buffer that would be kept alive with it.
    this.#parts.push(Uint8Array.from(kept));
    this.#held += kept.length;
  }
}
