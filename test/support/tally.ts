import { underCi } from './skips.ts';
import type { Report } from './testReport.ts';

const mark = { pass: '  ✔', fail: '  ✖', skip: '  -', absent: '  ·' } as const;
const slowMs = 1000;

/** Counts what happened and says it, line by line. */
export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  readonly failures: string[] = [];
  readonly absent: string[] = [];
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  pass(title: string, ms: number): void {
    this.passed += 1;
    this.#write(`${mark.pass} ${title}${ms >= slowMs ? ` (${(ms / 1000).toFixed(1)} s)` : ''}`);
  }

  fail(title: string, error: string): void {
    this.failed += 1;
    this.failures.push(`${title}\n${error.replace(/^/gm, '    ')}`);
    this.#write(`${mark.fail} ${title}\n${error.replace(/^/gm, '      ')}`);
  }

  /** A skip for want of something; under CI it is a failure. */
  skip(title: string, reason = 'no reason was given'): void {
    if (underCi()) {
      this.fail(title, `skipped under CI: ${reason}`);
      return;
    }
    this.skipped += 1;
    this.#write(`${mark.skip} ${title}: skipped, ${reason}`);
  }

  take(report: Report): void {
    switch (report.type) {
      case 'start':
      case 'end':
        return;
      case 'pass':
        this.pass(report.title, report.ms);
        return;
      case 'fail':
        this.fail(report.title, report.error);
        return;
      case 'skip':
        this.skip(report.title, report.reason);
        return;
      case 'absent':
        this.absent.push(`${report.title}: ${report.reason}`);
        this.#write(`${mark.absent} ${report.title}: can't be run here, ${report.reason}`);
    }
  }

  /** Failures once more, what can't be had here, and last the one line with the counts. */
  close(): number {
    if (this.failures.length > 0) this.#write(`\nFailures\n\n${this.failures.join('\n\n')}`);
    if (this.absent.length > 0)
      this.#write(`\nNot to be had on this machine, not counted\n  ${this.absent.join('\n  ')}`);
    this.#write(`\n${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
    return this.failed === 0 ? 0 : 1;
  }
}
