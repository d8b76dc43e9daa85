// `npm run coverage`: what c8 watches. All unit tests, the contract of runtimes, and those real tests that go through whole lives of
// sessions; the engine runs from its sources. A test that fails is told, and its lines count all the same.
import { globSync } from 'node:fs';
import path from 'node:path';
import { startOnHost } from '../../src/engine/process/run.ts';
import { findPart } from './bed.ts';

const root = path.resolve(import.meta.dirname, '../..');
const lives = ['mainJob', 'interactive', 'sessionFiles', 'devcontainerImages', 'badInput', 'landing', 'survival'];

async function run(files: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');
  const args = [mocha, '--exit', '--timeout', '120000', '--reporter', 'dot', ...files];
  const tests = startOnHost({ file: process.execPath, args, cwd: root, env, timeoutMs: 3_600_000 });
  tests.stdin.end();
  tests.stdout.pipe(process.stdout, { end: false });
  tests.stderr.pipe(process.stderr, { end: false });
  return (await tests.ended).exitCode === 0;
}

const results = [await run(globSync('test/unit/**/*.test.ts', { cwd: root }))];
const image = {
  FLOTILLA_TEST_BASE_IMAGE: await findPart('base image'),
  FLOTILLA_TEST_IMAGE: await findPart('claude image'),
};
results.push(await run(globSync('test/contract/*.test.ts', { cwd: root }), image));
for (const name of lives) results.push(await run([`test/real/${name}.test.ts`], image));
process.exitCode = results.every(Boolean) ? 0 : 1;
