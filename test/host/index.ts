import Mocha from 'mocha';
import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { tellReporter } from '../support/tellReporter.ts';
import type { Report } from '../support/testReport.ts';

const reportFile = process.env['FLOTILLA_HOST_REPORT'];
const testMs = 180_000;

function tell(report: Report): void {
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify(report)}\n`);
}

/** The tests beside this bundle, or those that `FLOTILLA_HOST_FILES` names by a part of their name. */
function files(): string[] {
  const wanted = (process.env['FLOTILLA_HOST_FILES'] ?? '').split(',');
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.test.cjs') && wanted.some((part) => file.includes(part)))
    .map((file) => path.join(import.meta.dirname, file))
    .sort();
}

/**
 * What the extension host calls when it is started for tests, under code-server as under `@vscode/test-electron`. Rejects when a test
 * failed; the reports are lines of JSON in the file that `FLOTILLA_HOST_REPORT` names.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: testMs,
    forbidOnly: true,
    ...(reportFile === undefined ? {} : { reporter: tellReporter(tell) }),
  });
  for (const file of files()) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  tell({ type: 'end', open: [] });
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
