// Runs test files in this process and tells the parent what happened: node test/support/runFiles.ts <timeout ms> <file>...
import Mocha from 'mocha';
import { inspect } from 'node:util';
import { skipOf } from './skips.ts';
import type { Report } from './testReport.ts';

const tell = (report: Report): void => {
  if (process.send) process.send(report);
  else process.stdout.write(`${JSON.stringify(report)}\n`);
};

const titleOf = (test: Mocha.Runnable): string => test.titlePath().join(' › ');

/** The stack, and for assertions what was expected and what came. */
const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) + causeOf(error) : inspect(error);

const causeOf = (error: Error): string =>
  error.cause === undefined ? '' : `\ncaused by ${describeError(error.cause)}`;

function tellSkip(test: Mocha.Test): void {
  const skip = skipOf(test);
  if (skip?.kind === 'absent') tell({ type: 'absent', title: titleOf(test), reason: skip.reason });
  else tell({ type: 'skip', title: titleOf(test), ...(skip ? { reason: skip.reason } : {}) });
}

/** Mocha's reporter: one message for each thing that happens. An unhandled rejection comes as a failure of the test it fell into. */
class TellParent extends Mocha.reporters.Base {
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
    runner.on('pending', tellSkip);
  }
}

// Thrown, it becomes an uncaught exception, which Mocha gives to the test that runs.
process.on('unhandledRejection', (reason) => {
  throw reason instanceof Error ? reason : new Error(`rejected with ${inspect(reason)}`);
});

const [timeout = '10000', ...files] = process.argv.slice(2);
const mocha = new Mocha({ timeout: Number(timeout), reporter: TellParent, forbidOnly: true });
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
mocha.run((failures) => {
  process.exitCode = failures === 0 ? 0 : 1;
  // What is still open is told, and does not keep the run from going on.
  setTimeout(() => {
    const open = process
      .getActiveResourcesInfo()
      .filter((name) => !/^(Timeout|PipeWrap|TTYWrap|Immediate)$/.test(name));
    tell({ type: 'end', open });
    setTimeout(() => process.exit(), 50);
  }, 20);
});
