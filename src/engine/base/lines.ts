import { StringDecoder } from 'node:string_decoder';

/**
 * Cuts a byte stream into lines. A line longer than `limit` characters is cut there and the rest up to the next newline is
 * dropped: what comes out of an environment must not be able to fill the engine's memory.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string, truncated: boolean) => void;
  readonly #limit: number;
  #rest = '';
  #overflowed = false;

  constructor(onLine: (line: string, truncated: boolean) => void, limit = 8 * 1024 * 1024) {
    this.#onLine = onLine;
    this.#limit = limit;
  }

  write(chunk: Uint8Array): void {
    let text = this.#decoder.write(chunk);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      this.#take(text.slice(0, end));
      this.#flush();
      text = text.slice(end + 1);
    }
    this.#take(text);
  }

  /** The stream has ended: what is left is the last line. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#rest !== '' || this.#overflowed) this.#flush();
  }

  #take(text: string): void {
    const room = this.#limit - this.#rest.length;
    if (text.length > room) this.#overflowed = true;
    this.#rest += text.slice(0, room);
  }

  #flush(): void {
    const line = this.#rest.endsWith('\r') ? this.#rest.slice(0, -1) : this.#rest;
    const truncated = this.#overflowed;
    this.#rest = '';
    this.#overflowed = false;
    this.#onLine(line, truncated);
  }
}
