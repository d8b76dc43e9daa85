import Mocha from 'mocha';
import { inspect } from 'node:util';
import { skipOf } from './skips.ts';
import type { Report } from './testReport.ts';

const titleOf = (test: Mocha.Runnable): string => test.titlePath().join(' › ');

/** The stack, and for assertions what was expected and what came. */
const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) + causeOf(error) : inspect(error);

const causeOf = (error: Error): string =>
  error.cause === undefined ? '' : `\ncaused by ${describeError(error.cause)}`;

function reportSkip(test: Mocha.Test): Report {
  const skip = skipOf(test);
  if (skip?.kind === 'absent') return { type: 'absent', title: titleOf(test), reason: skip.reason };
  return { type: 'skip', title: titleOf(test), ...(skip ? { reason: skip.reason } : {}) };
}

/** Mocha's reporter: one message for each thing that happens. An unhandled rejection comes as a failure of the test it fell into. */
export const tellReporter = (tell: (report: Report) => void): Mocha.ReporterConstructor =>
  class extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
      super(runner, options);
      runner.on('test', (test) => {
        tell({ type: 'start', title: titleOf(test) });
      });
      runner.on('pass', (test) => {
        tell({ type: 'pass', title: titleOf(test), ms: test.duration ?? 0 });
      });
      runner.on('fail', (test, error: unknown) => {
        tell({ type: 'fail', title: titleOf(test), error: describeError(error) });
      });
      runner.on('pending', (test) => {
        tell(reportSkip(test));
      });
    }
  };
