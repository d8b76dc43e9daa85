import { writeSync } from 'node:fs';
import type { TerminalSize } from '../protocol/terminal.ts';
import type { TerminalInput, TerminalOutput } from './context.ts';

/** On an alternate screen of its own, with the title put aside. */
const enter = '\x1b[22;0t\x1b[?1049h\x1b[2J\x1b[H';
/** Mouse, focus, paste, keys, margins, origin, insertion, colours: as a shell expects them. */
const plain =
  '\x1b[?9;1000;1002;1003;1005;1006;1015;1016l\x1b[?1004;2004;2026l\x1b[?1;6;45;66;69l\x1b[?7h\x1b[4l\x1b[>4m\x1b[<u\x1b[r\x1b(B\x0f\x1b[0m\x1b[?25h\x1b[0 q';
const leave = `${plain}\x1b[?1049l\x1b[23;0t`;
const endings: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP'];

export interface RawTerminalListener {
  typed(bytes: Uint8Array): void;
  resized(size: TerminalSize): void;
  /** The terminal is gone, or the process is asked to end. */
  gone(): void;
}

/** The user's terminal in raw mode. It is put back once, whichever way out is taken: closing, a signal, or the end of the process. */
export class RawTerminal {
  readonly #stdin: TerminalInput;
  readonly #stdout: TerminalOutput;
  #isOpen = true;
  readonly #atExit = (): void => {
    this.#restore((text) => writeSync(1, text));
  };

  #isHeard = false;
  /** While nobody listens who could take leave, the process ends as by the signal, but puts the terminal back. */
  readonly #unheard = (_: NodeJS.Signals, number: number): void => {
    if (!this.#isHeard) process.exit(128 + number);
  };

  constructor(stdin: TerminalInput, stdout: TerminalOutput) {
    this.#stdin = stdin;
    this.#stdout = stdout;
    process.once('exit', this.#atExit);
    for (const signal of endings) process.on(signal, this.#unheard);
    stdin.setRawMode?.(true);
    stdout.write(enter);
  }

  get size(): TerminalSize {
    const { columns = 80, rows = 24 } = this.#stdout;
    return { cols: Math.min(Math.max(columns, 2), 1000), rows: Math.min(Math.max(rows, 1), 1000) };
  }

  /** As if new: before a snapshot. */
  reset(): void {
    this.#stdout.write(`${plain}\x1b[2J\x1b[H`);
  }

  write(bytes: Uint8Array, done: () => void): void {
    if (this.#isOpen) this.#stdout.write(bytes, done);
  }

  /** Listens until the returned function is called. */
  listen(listener: RawTerminalListener): () => void {
    const typed = (chunk: Uint8Array): void => listener.typed(chunk);
    const resized = (): void => listener.resized(this.size);
    const gone = (): void => listener.gone();
    this.#stdin.on('data', typed);
    this.#stdin.on('end', gone);
    this.#stdin.resume();
    this.#stdout.on('resize', resized);
    for (const signal of endings) process.on(signal, gone);
    this.#isHeard = true;
    return () => {
      this.#isHeard = false;
      this.#stdin.off('data', typed);
      this.#stdin.off('end', gone);
      this.#stdin.pause();
      this.#stdout.off('resize', resized);
      for (const signal of endings) process.off(signal, gone);
    };
  }

  close(): void {
    process.off('exit', this.#atExit);
    this.#restore((text) => this.#stdout.write(text));
    for (const signal of endings) process.off(signal, this.#unheard);
  }

  #restore(write: (text: string) => unknown): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    write(leave);
    this.#stdin.setRawMode?.(false);
  }
}
