type State = 'ground' | 'utf8' | 'escape' | 'csi' | 'osc' | 'string' | 'skip';
/** What a byte does to the unit it belongs to: it goes on, it ends here, or it is dropped with all of it. */
type Step = 'open' | 'complete' | 'drop';

const cancelBytes = [0x18, 0x1a];
const escapeByte = 0x1b;
/** How the bytes after ESC that open a longer sequence are called. P, X, ^ and _ open strings (DCS, SOS, PM, APC). */
const openers = new Map<number, State>([
  [0x5b, 'csi'],
  [0x5d, 'osc'],
  [0x50, 'string'],
  [0x58, 'string'],
  [0x5e, 'string'],
  [0x5f, 'string'],
]);
/**
 * Characters that join the cell before them: without a limit one cell could grow without end. The single ones are what xterm.js 6 (its
 * Unicode 6 table) joins beyond today's classes.
 */
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}\u06de\u1160-\u11ff\u1734\u302e\u302f]/u;
const maxJoined = 32;

/** The longest control string (OSC, DCS …) and the longest other sequence, in bytes; what is longer is dropped. */
export const cutterLimits = { string: 256 * 1024, sequence: 4096 } as const;

/**
 * Cuts a terminal's bytes only between whole characters and whole escape sequences, so that a snapshot can be taken and a viewer can
 * begin after any piece. What could fill the memory of whoever shows it is left out: endless strings, sequences and combining marks.
 */
export class StreamCutter {
  #state: State = 'ground';
  /** The beginning of a unit whose end has not come yet. */
  #held: Uint8Array[] = [];
  /** Bytes in the present unit. */
  #length = 0;
  #codePoint = 0;
  #missing = 0;
  #joined = 0;
  #previous = 0;
  readonly #steps: Readonly<Record<State, (byte: number) => Step>> = {
    ground: (byte) => this.#ground(byte),
    utf8: (byte) => this.#utf8(byte),
    escape: (byte) => this.#escape(byte),
    csi: (byte) => this.#csi(byte),
    osc: (byte) => (byte === 0x07 ? this.#end('complete') : this.#string(byte)),
    string: (byte) => this.#string(byte),
    skip: (byte) => this.#skip(byte),
  };

  /** The whole units that are there now; the beginning of an unfinished one is kept for the next call. */
  feed(chunk: Uint8Array): Uint8Array {
    const out: Uint8Array[] = [];
    let from = 0;
    let boundary = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0;
      const step = this.#isPlain(byte) ? 'complete' : this.#step(byte);
      if (step === 'open') continue;
      if (step === 'drop') {
        this.#release(out, chunk.subarray(from, boundary));
        this.#held = [];
        from = index + 1;
      }
      boundary = index + 1;
    }
    this.#release(out, chunk.subarray(from, boundary));
    if (boundary < chunk.length) this.#held.push(chunk.slice(boundary));
    return Buffer.concat(out);
  }

  /** Most bytes are plain text between sequences: each is a unit, and needs no more looking at. */
  #isPlain(byte: number): boolean {
    if (this.#state !== 'ground' || byte >= 0x80 || byte === escapeByte) return false;
    this.#joined = 0;
    return true;
  }

  /** Whole units at the beginning of a chunk, behind the beginning that was held back of the first of them. */
  #release(out: Uint8Array[], whole: Uint8Array): void {
    if (whole.length === 0) return;
    out.push(...this.#held, whole);
    this.#held = [];
  }

  #step(byte: number): Step {
    this.#length += 1;
    const step = this.#steps[this.#state](byte);
    this.#previous = byte;
    if (step === 'open') return this.#bounded();
    this.#length = 0;
    return step;
  }

  /** Drops a unit that has become too long; the rest of a string is skipped, the rest of a sequence is text. */
  #bounded(): Step {
    const isString = this.#state === 'osc' || this.#state === 'string';
    if (this.#length <= (isString ? cutterLimits.string : cutterLimits.sequence)) return 'open';
    this.#length = 0;
    this.#state = isString ? 'skip' : 'ground';
    return 'drop';
  }

  #end(step: Step): Step {
    this.#state = 'ground';
    this.#joined = 0;
    return step;
  }

  #open(state: State): Step {
    this.#state = state;
    this.#joined = 0;
    return 'open';
  }

  #ground(byte: number): Step {
    if (byte === escapeByte) return this.#open('escape');
    if (byte < 0x80) return this.#end('complete');
    this.#state = 'ground';
    if (byte < 0xc2 || byte > 0xf4) return 'complete';
    this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    this.#codePoint = byte & (0x3f >> this.#missing);
    this.#state = 'utf8';
    return 'open';
  }

  #utf8(byte: number): Step {
    if ((byte & 0xc0) !== 0x80) return this.#ground(byte);
    this.#codePoint = (this.#codePoint << 6) | (byte & 0x3f);
    this.#missing -= 1;
    if (this.#missing > 0) return 'open';
    this.#state = 'ground';
    if (this.#codePoint < 0xa0) return this.#control(this.#codePoint);
    if (this.#codePoint > 0x10ffff || !zeroWidth.test(String.fromCodePoint(this.#codePoint)))
      return this.#end('complete');
    this.#joined += 1;
    return this.#joined > maxJoined ? 'drop' : 'complete';
  }

  /** C1 controls: each is the same as ESC and a letter. */
  #control(codePoint: number): Step {
    const state = openers.get(codePoint - 0x40);
    return state === undefined ? this.#end('complete') : this.#open(state);
  }

  #escape(byte: number): Step {
    const state = openers.get(byte);
    if (state !== undefined) return this.#open(state);
    if (cancelBytes.includes(byte)) return this.#end('complete');
    if (byte < 0x30 || byte === 0x7f) return 'open';
    return byte < 0x80 ? this.#end('complete') : this.#ground(byte);
  }

  #csi(byte: number): Step {
    if (byte === escapeByte) return this.#open('escape');
    if (cancelBytes.includes(byte)) return this.#end('complete');
    if (byte < 0x40 || byte === 0x7f) return 'open';
    return byte < 0x80 ? this.#end('complete') : this.#ground(byte);
  }

  #string(byte: number): Step {
    if (byte === escapeByte) return this.#open('escape');
    if (cancelBytes.includes(byte)) return this.#end('complete');
    if (this.#previous === 0xc2 && byte >= 0x80 && byte < 0xa0) return this.#control(byte);
    return 'open';
  }

  #skip(byte: number): Step {
    if (byte === escapeByte) return this.#open('escape');
    if (byte === 0x07 || cancelBytes.includes(byte)) return this.#end('drop');
    return 'drop';
  }
}
