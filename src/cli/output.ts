import { styleText } from 'node:util';

export type Color = 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'gray' | 'bold';

/** Where text goes: a terminal, a pipe or a file. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface OutputOptions {
  readonly out: Sink;
  readonly err: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
}

const wants = (value: string | undefined): boolean => value !== undefined && value !== '';

/** What the command says. Results go to `out`; progress, hints and errors go to `err`, so that a pipe gets results alone. */
export class Output {
  readonly json: boolean;
  readonly #out: Sink;
  readonly #err: Sink;
  readonly #isPlain: boolean;
  readonly #forcesColor: boolean;

  constructor({ out, err, env, json }: OutputOptions) {
    this.json = json;
    this.#out = out;
    this.#err = err;
    this.#isPlain = wants(env['NO_COLOR']) || env['TERM'] === 'dumb';
    this.#forcesColor = wants(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0';
  }

  get width(): number {
    return this.#out.columns ?? 80;
  }

  get errorWidth(): number {
    return this.#err.columns ?? 80;
  }

  /** A progress bar can be drawn and drawn over. */
  get isLive(): boolean {
    return this.#err.isTTY === true && !this.#isPlain && !this.json;
  }

  get hasColor(): boolean {
    return !this.#isPlain && !this.json && (this.#out.isTTY === true || this.#forcesColor);
  }

  line(text = ''): void {
    this.#out.write(`${text}\n`);
  }

  raw(text: string): void {
    this.#out.write(text);
  }

  /** One JSON document on one line. Controls that JSON leaves as they are would reach a terminal. */
  document(value: unknown): void {
    const text = JSON.stringify(value).replace(/[\x7f-\x9f]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`);
    this.#out.write(`${text}\n`);
  }

  hint(text: string): void {
    if (!this.json) this.#err.write(`${text}\n`);
  }

  /** Text on `err` without a newline: the progress bar's. */
  live(text: string): void {
    this.#err.write(text);
  }

  paint(color: Color, text: string): string {
    return this.hasColor ? styleText(color, text, { validateStream: false }) : text;
  }
}
