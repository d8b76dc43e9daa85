import { Transform, type TransformCallback } from 'node:stream';
import type { Secret } from './secret.ts';

const mask = (length: number): string => '*'.repeat(length);

/**
 * Takes the user's key out of an answer, of the same length so that a `content-length` stays true: some proxies repeat in an error what
 * they were sent. Everything else passes at once, but for an end that may be the key's beginning.
 */
export class KeyFilter extends Transform {
  readonly #key: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(secret: Secret) {
    super();
    this.#key = Buffer.from(secret.reveal(), 'latin1');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#masked(this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]));
    const end = bytes.length - this.#beginningAtEnd(bytes);
    this.#held = bytes.subarray(end);
    done(null, bytes.subarray(0, end));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#held);
  }

  #masked(bytes: Buffer): Buffer {
    let at = bytes.indexOf(this.#key);
    if (at === -1) return bytes;
    const copy = Buffer.from(bytes);
    for (; at !== -1; at = copy.indexOf(this.#key, at)) copy.fill('*', at, at + this.#key.length);
    return copy;
  }

  /** How many bytes at the end are the key's first ones. */
  #beginningAtEnd(bytes: Buffer): number {
    for (let length = Math.min(this.#key.length - 1, bytes.length); length > 0; length -= 1)
      if (bytes.subarray(-length).equals(this.#key.subarray(0, length))) return length;
    return 0;
  }
}

/** The same for a header or a status line. */
export const withoutKey = (text: string, secret: Secret): string =>
  text.replaceAll(secret.reveal(), mask(secret.reveal().length));
