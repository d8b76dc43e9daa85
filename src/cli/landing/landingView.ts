import type { Progress } from '../../protocol/events.ts';
import type { Landing } from '../../protocol/landing.ts';
import { plainOutput } from '../../protocol/plainOutput.ts';
import type { Output } from '../output.ts';
import { ProgressBar } from '../progressBar.ts';
import { factLines, factsOf, labelWidth } from './landingFacts.ts';
import { stepTitle } from './landingWords.ts';

/** Shows a landing while it goes on: each fact once, as it comes to be known; the step that is under way as progress. */
export class LandingView {
  readonly #output: Output;
  readonly #bar: ProgressBar;
  readonly #said = new Set<string>();
  #rest = '';

  /** @param known what was known of the landing before and is not said again. */
  constructor(output: Output, known: Landing | undefined) {
    this.#output = output;
    this.#bar = new ProgressBar(output);
    for (const { key } of known === undefined ? [] : factsOf(known)) this.#said.add(key);
  }

  show(landing: Landing): void {
    if (landing.verify?.outcome !== 'running') this.#endVerifyOutput();
    for (const fact of factsOf(landing)) {
      if (this.#said.has(fact.key)) continue;
      this.#said.add(fact.key);
      this.#print(factLines(this.#output, fact));
    }
    if (landing.state === 'running') this.#showStep(landing);
  }

  /** What the verification writes; a line is shown once it is whole. */
  verifyOutput(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#print(lines.map((line) => `${' '.repeat(labelWidth)}${plainOutput(line)}`.trimEnd()));
  }

  /** Of what has to happen before: an environment that starts. */
  progress(progress: Progress): void {
    this.#bar.show(progress);
  }

  close(): void {
    this.#endVerifyOutput();
    this.#bar.clear();
  }

  #showStep(landing: Landing): void {
    const { step, progress } = landing;
    this.#bar.clear();
    // A verification speaks for itself: a bar would be drawn into its output.
    if (step === 'verify') return;
    const { done = 0, total = 0 } = step === 'rebase' || step === 'resolve' ? (progress ?? {}) : {};
    const detail = total === 0 ? {} : { detail: `commit ${Math.min(done + 1, total)} of ${total}` };
    const fraction = total === 0 ? 0 : done / total;
    this.#bar.show({ step, title: stepTitle(landing), status: 'running', fraction, ...detail });
  }

  #endVerifyOutput(): void {
    if (this.#rest !== '') this.verifyOutput('\n');
  }

  #print(lines: readonly string[]): void {
    if (lines.length > 0) this.#bar.clear();
    for (const line of lines) this.#output.line(line);
  }
}
