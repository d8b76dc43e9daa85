// Runs test files in this process and tells the parent what happened: node test/support/runFiles.ts <timeout ms> <file>...
import Mocha from 'mocha';
import { inspect } from 'node:util';
import { tellReporter } from './tellReporter.ts';
import type { Report } from './testReport.ts';

/** `told` is called once this and all before it has left the process. */
const tell = (report: Report, told: () => void = () => undefined): void => {
  if (process.send) process.send(report, told);
  else process.stdout.write(`${JSON.stringify(report)}\n`, told);
};

// Thrown, it becomes an uncaught exception, which Mocha gives to the test that runs.
process.on('unhandledRejection', (reason) => {
  throw reason instanceof Error ? reason : new Error(`rejected with ${inspect(reason)}`);
});

const [timeout = '10000', ...files] = process.argv.slice(2);
const mocha = new Mocha({ timeout: Number(timeout), reporter: tellReporter(tell), forbidOnly: true });
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
mocha.run((failures) => {
  process.exitCode = failures === 0 ? 0 : 1;
  // What is still open is told, and does not keep the run from going on.
  setTimeout(() => {
    const open = process
      .getActiveResourcesInfo()
      .filter((name) => !/^(Timeout|PipeWrap|TTYWrap|Immediate)$/.test(name));
    tell({ type: 'end', open }, () => process.exit());
  }, 20);
});
