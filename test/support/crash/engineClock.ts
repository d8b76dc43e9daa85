import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Read by an engine that is started with it: a wall clock that is off by what a file says. Timers go on as they should. */
const script = `
const { readFileSync } = require('node:fs');
const Real = Date;
let off = 0;
setInterval(() => { try { off = Number(readFileSync(process.env.FLOTILLA_TEST_CLOCK, 'utf8')) || 0; } catch {} }, 50).unref();
globalThis.Date = class Date extends Real {
  constructor(...given) { if (given.length === 0) super(Real.now() + off); else super(...given); }
  static now() { return Real.now() + off; }
};`;

/** The wall clock of an engine under test. */
export class EngineClock {
  readonly #file: string;
  readonly env: Readonly<Record<string, string>>;

  /** `folder`: where its files go. Hand `env` to the engine. */
  constructor(folder: string) {
    this.#file = path.join(folder, 'clock');
    const preload = path.join(folder, 'clock.cjs');
    writeFileSync(preload, script);
    this.jump(0);
    this.env = { NODE_OPTIONS: `--require=${preload}`, FLOTILLA_TEST_CLOCK: this.#file };
  }

  /** From now on the clock is so many milliseconds ahead of the machine's, or behind it. */
  jump(ms: number): void {
    writeFileSync(this.#file, String(ms));
  }
}
