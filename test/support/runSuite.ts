import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { killGroup } from '../../src/engine/process/run.ts';
import type { Tally } from './tally.ts';
import { reportSchema } from './testReport.ts';

export interface SuiteRun {
  /** What to call it when it breaks as a whole. */
  readonly name: string;
  readonly files: readonly string[];
  /** Milliseconds for one test, and for all of it. */
  readonly testMs: number;
  readonly limitMs: number;
  /** Drop what the files print. */
  readonly quiet?: boolean | undefined;
}

const runner = path.join(import.meta.dirname, 'runFiles.ts');

/** Runs test files in a process of their own. A process that dies, hangs or says nothing counts as one failure that names its test. */
export async function runSuite(suite: SuiteRun, tally: Tally): Promise<void> {
  const output = suite.quiet === true ? 'ignore' : 'inherit';
  const child = spawn(process.execPath, [runner, String(suite.testMs), ...suite.files], {
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
  });
  const state = { running: '', ended: false, timedOut: false };
  child.on('message', (message) => {
    const report = reportSchema.parse(message);
    if (report.type === 'start') state.running = report.title;
    if (report.type === 'end') state.ended = true;
    tally.take(report);
  });
  const timer = setTimeout(() => {
    state.timedOut = true;
    killGroup(child.pid, 'SIGKILL');
  }, suite.limitMs);
  const forward = (): void => {
    killGroup(child.pid, 'SIGTERM');
  };
  process.once('exit', forward);
  const how = await end(child);
  process.removeListener('exit', forward);
  clearTimeout(timer);
  if (state.ended) return;
  const during = state.running === '' ? 'while its files were loaded' : `in or after: ${state.running}`;
  const why = state.timedOut ? `did not end within ${suite.limitMs / 1000} s` : `its process ended early (${how})`;
  tally.fail(suite.name, `${why}, ${during}`);
}

const end = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    // `close` comes after the last message, `exit` may come before it.
    child.once('close', (code, signal) => {
      resolve(signal ?? `exit code ${String(code)}`);
    });
  });
