import type { Progress } from '../protocol/events.ts';
import { cleanLine } from './cleanText.ts';
import type { Output } from './output.ts';
import { cutText, spanText } from './words.ts';

const barWidth = 24;
const clearLine = '\r\x1b[2K';

/** Named steps of something long: a bar that is drawn over on a terminal, a line for each step elsewhere. Goes to standard error. */
export class ProgressBar {
  readonly #output: Output;
  readonly #begun = new Map<string, number>();
  #isDrawn = false;

  constructor(output: Output) {
    this.#output = output;
  }

  show(progress: Progress): void {
    if (this.#output.json) return;
    const isNew = !this.#begun.has(progress.step);
    if (isNew) this.#begun.set(progress.step, Date.now());
    if (progress.status !== 'running') this.#finish(progress);
    else if (this.#output.isLive) this.#draw(progress);
    else if (isNew) this.#output.hint(`${cleanLine(progress.title)} ...`);
  }

  /** Takes the bar away, so that a line can be written. */
  clear(): void {
    if (this.#isDrawn) this.#output.live(clearLine);
    this.#isDrawn = false;
  }

  #draw({ fraction, title, detail }: Progress): void {
    const filled = Math.round(Math.min(Math.max(fraction, 0), 1) * barWidth);
    const bar = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}] ${String(Math.round(fraction * 100)).padStart(3)}%`;
    const text = detail === undefined ? title : `${title}: ${detail}`;
    this.#output.live(`${clearLine}${bar} ${cutText(text, this.#output.errorWidth - bar.length - 2)}`);
    this.#isDrawn = true;
  }

  #finish({ step, title, status, detail }: Progress): void {
    this.clear();
    const took = spanText(Date.now() - (this.#begun.get(step) ?? Date.now()));
    this.#begun.delete(step);
    const words =
      status === 'done' ? `done (${took})` : `failed${detail === undefined ? '' : `: ${cleanLine(detail)}`}`;
    this.#output.hint(`${cleanLine(title)}: ${words}`);
  }
}
