// `npm run soak`: tries to break Flotilla for as long as one likes. `npm run soak -- --help` says what can be asked.
import { globSync } from 'node:fs';
import path from 'node:path';
import { startOnHost } from '../../src/engine/process/run.ts';
import { findPart } from '../support/bed.ts';
import { Hiccups } from './hiccups.ts';
import { type Part, type SoakOptions, soakOptions, usage } from './options.ts';
import { Random } from './random.ts';
import { runSchedule } from './schedule.ts';
import { runSessions } from './sessions.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const root = path.resolve(import.meta.dirname, '../..');

/** Test files of `npm test`, with all their cases; each test has the time that it takes. */
async function tests(pattern: string | string[], env: Readonly<Record<string, string>>): Promise<boolean> {
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');
  const args = [mocha, '--exit', '--timeout', '0', ...globSync(pattern, { cwd: root })];
  const running = startOnHost({ file: process.execPath, args, cwd: root, env });
  running.stdin.end();
  running.stdout.on('data', (chunk: Buffer) => process.stdout.write(chunk));
  running.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  return (await running.ended).exitCode === 0;
}

async function underHiccups(seed: number, baseImage: string): Promise<boolean> {
  const hiccups = await Hiccups.start(new Random(seed));
  try {
    return await tests(['test/contract/*.test.ts', 'test/real/*.test.ts'], { FLOTILLA_TEST_BASE_IMAGE: baseImage });
  } finally {
    say(`  stopped for a moment: ${await hiccups.end()}`);
  }
}

async function run(part: Part, options: SoakOptions): Promise<boolean> {
  const baseImage = part === 'fuzz' || part === 'kills' ? '' : await findPart('base image');
  switch (part) {
    case 'fuzz':
      return tests('test/unit/fuzz/*.test.ts', { FLOTILLA_FUZZ_CASES: String(options.cases) });
    case 'hiccups':
      return underHiccups(options.seed, baseImage);
    case 'kills':
      return tests('test/unit/git/crashPoints.test.ts', { FLOTILLA_SOAK: '1' });
    case 'matrix':
      return tests('test/real/{crashMatrix,disasters,dockerRestarts}.test.ts', {
        FLOTILLA_SOAK: '1',
        FLOTILLA_TEST_BASE_IMAGE: baseImage,
      });
    case 'schedule':
      return runSchedule({ ...options, baseImage }, say);
    case 'sessions':
      return runSessions({ ...options, baseImage }, say);
  }
}

async function main(options: SoakOptions): Promise<void> {
  say(
    `Seed ${String(options.seed)}; the same again: npm run soak -- --seed ${String(options.seed)} ${options.parts.join(' ')}`,
  );
  const failed: Part[] = [];
  for (const part of options.parts) {
    say(`\n${part}`);
    const start = performance.now();
    if (!(await run(part, options))) failed.push(part);
    say(`  ${part}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
  say(failed.length === 0 ? '\nNothing broke.' : `\nBroken: ${failed.join(', ')}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

const options = soakOptions(process.argv.slice(2));
if (options === 'help') say(usage);
else await main(options);
