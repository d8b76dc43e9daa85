/** Bytes that are kept for whoever looks later. */
const keptBytes = 64 * 1024;
/** Bytes that are told while it runs; what comes after is only kept. */
const toldBytes = 1024 * 1024;
/** Milliseconds between two pieces that are told. */
const tellEvery = 250;
/** Characters of one piece. */
const longestPiece = 16 * 1024;

/** What a command writes, told in pieces while it runs and kept to its end. */
export class OutputTail {
  readonly #tell: (text: string) => void;
  readonly #decoder = new TextDecoder();
  #kept = Buffer.alloc(0);
  #pending = '';
  #told = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  get text(): string {
    return this.#kept.toString('utf8');
  }

  take(chunk: Buffer): void {
    this.#kept = Buffer.concat([this.#kept, chunk]).subarray(-keptBytes);
    this.#told += chunk.length;
    if (this.#told > toldBytes) return;
    this.#pending += this.#decoder.decode(chunk, { stream: true });
    if (this.#pending.length >= longestPiece) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), tellEvery);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#pending;
    this.#pending = '';
    for (let at = 0; at < text.length; at += longestPiece) this.#tell(text.slice(at, at + longestPiece));
  }
}
