import type { Report } from '../contract.ts';

const titles = { image: 'Getting the image', container: 'Starting the container' } as const;
export type StepName = keyof typeof titles;

/** Tells the steps of a start in order, each ended before the next begins; the fraction never falls. */
export class ProvisionSteps {
  readonly #report: Report;
  #current: StepName | undefined;
  #fraction = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  at(step: StepName, fraction: number, detail?: string): void {
    if (this.#current !== undefined && this.#current !== step) this.#tell(this.#current, 'done');
    this.#current = step;
    this.#fraction = Math.max(this.#fraction, fraction);
    this.#tell(step, 'running', detail);
  }

  /** Somewhat nearer to an end that is not measurable. */
  creep(step: StepName, end: number, detail: string): void {
    this.at(step, this.#fraction + Math.max(0, end - this.#fraction) / 4, detail);
  }

  done(fraction: number): void {
    this.#fraction = Math.max(this.#fraction, fraction);
    if (this.#current !== undefined) this.#tell(this.#current, 'done');
  }

  failed(detail: string): void {
    if (this.#current !== undefined) this.#tell(this.#current, 'failed', detail);
  }

  #tell(step: StepName, status: 'running' | 'done' | 'failed', detail?: string): void {
    const about = detail === undefined ? {} : { detail: detail.slice(0, 500) };
    this.#report({ step, title: titles[step], status, ...about, fraction: Math.min(1, this.#fraction) });
  }
}
