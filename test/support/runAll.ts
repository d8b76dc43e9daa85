// `npm test`: every check and every test, closed with the one line "N passed, N failed, N skipped".
//   node test/support/runAll.ts [checks|rules|unit|real|vscode ...]      only these parts
//   node test/support/runAll.ts test/unit/git/mirror.test.ts ...        only these files
import { globSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../src/engine/base/errors.ts';
import { startOnHost } from '../../src/engine/process/run.ts';
import { findPart } from './bed.ts';
import { dockerDaemon } from './dockerDaemon.ts';
import { labelled } from './leftovers.ts';
import { runSuite } from './runSuite.ts';
import { underCi } from './skips.ts';
import { Tally } from './tally.ts';
import { runHost } from './vscode/runHost.ts';

const root = path.resolve(import.meta.dirname, '../..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const tally = new Tally(say);
/** Limits are for what hangs: each is more than five times what the slowest takes on two cores that nobody else uses. */
const limits = { checkMs: 600_000, togetherMs: 2_400_000, aloneMs: 900_000, aloneTestMs: 300_000 } as const;

/** A heading, and the time of what stands under it. */
async function timed(title: string, work: () => Promise<void>): Promise<void> {
  say(`\n${title}`);
  const start = performance.now();
  await work();
  say(`  ${title}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Whatever a program says, kept until it has ended; a check that fails shows all of it. */
async function check(script: string): Promise<void> {
  const start = performance.now();
  const program = startOnHost({ file: 'npm', args: ['run', '--silent', script], cwd: root, timeoutMs: limits.checkMs });
  program.stdin.end();
  const chunks: Buffer[] = [];
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const { exitCode } = await program.ended;
  if (exitCode === 0) tally.pass(script, performance.now() - start);
  else
    tally.fail(script, Buffer.concat(chunks).toString('utf8').trim().slice(-20_000) || `exit code ${String(exitCode)}`);
}

const checks = async (): Promise<void> => {
  for (const script of ['format:check', 'lint', 'types', 'package', 'build:host']) await check(script);
};

/** Test files under a folder, in a stable order. */
const filesIn = (folder: string): string[] =>
  globSync(`${folder}/**/*.test.ts`, { cwd: root })
    .map((file) => path.join(root, file))
    .sort();

const together = (name: string, files: readonly string[], testMs: number): Promise<void> =>
  runSuite({ name, files, testMs, limitMs: limits.togetherMs }, tally);

/** Half of these wait for git's processes, so they take their time beside the others. */
async function units(): Promise<void> {
  const isSlow = (file: string): boolean => /unit\/(?:git|landing)\//.test(file);
  const files = filesIn('test/unit');
  await Promise.all([
    together('test/unit (git)', files.filter(isSlow), 60_000),
    together(
      'test/unit',
      files.filter((file) => !isSlow(file)),
      60_000,
    ),
  ]);
}

/** The real parts are made once, and named to the test processes by the environment. */
async function prepareBed(): Promise<void> {
  process.env['FLOTILLA_TEST_BASE_IMAGE'] ??= await findPart('base image');
  process.env['FLOTILLA_TEST_IMAGE'] ??= await findPart('claude image');
  say(
    `  Base image ${process.env['FLOTILLA_TEST_BASE_IMAGE']}, Claude Code image ${process.env['FLOTILLA_TEST_IMAGE']}`,
  );
}

/** Each file in a process of its own, one after the other: they share two cores and one daemon, and none can hang the rest. */
async function alone(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const name = path.relative(root, file);
    const { aloneTestMs: testMs, aloneMs: limitMs } = limits;
    await timed(name, () => runSuite({ name, files: [file], testMs, limitMs }, tally));
  }
}

/** What the tests made in Docker must be gone. Elsewhere than under CI somebody's own sessions may have come meanwhile: it is only told. */
async function leavesNothing(before: readonly string[]): Promise<void> {
  const left = (await labelled('flotilla.scope')).filter((thing) => !before.includes(thing));
  const title = 'the tests leave no container, volume or network behind';
  if (left.length === 0) tally.pass(title, 0);
  else if (underCi()) tally.fail(title, left.join('\n'));
  else say(`  In Docker since the start of the tests: ${left.join(', ')}`);
}

const needsDocker = (file: string): boolean => /test\/(real|contract|ui)\//.test(file);

async function withDocker(work: () => Promise<void>): Promise<void> {
  const daemon = await dockerDaemon();
  say(`  ${daemon.message}`);
  const before = daemon.state === 'missing' ? [] : await labelled('flotilla.scope');
  try {
    await prepareBed().catch((error: unknown) => {
      say(`  The bed is not complete: ${messageOf(error)}`);
    });
    await work();
    if (daemon.state !== 'missing') await leavesNothing(before);
  } finally {
    if (!underCi()) await daemon.stop();
  }
}

const parts = {
  checks: () => timed('checks', checks),
  rules: () => timed('test/rules', () => together('test/rules', filesIn('test/rules'), 120_000)),
  unit: () => timed('test/unit', units),
  real: () =>
    timed('real parts', () => withDocker(() => alone([...filesIn('test/contract'), ...filesIn('test/real')]))),
  vscode: () =>
    timed('VS Code', () =>
      withDocker(async () => {
        await timed('test/host', () => runHost(tally));
        await alone(filesIn('test/ui'));
      }),
    ),
} as const;

const isPart = (name: string): name is keyof typeof parts => name in parts;

async function runNamed(names: readonly string[]): Promise<void> {
  for (const name of names.filter(isPart)) await parts[name]();
  const files = names.filter((name) => !isPart(name)).map((name) => path.resolve(name));
  if (files.some(needsDocker)) await withDocker(() => alone(files));
  else await alone(files);
}

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
const failWhole = (error: unknown): void => {
  tally.fail('the test run itself', error instanceof Error ? (error.stack ?? error.message) : String(error));
};
process.on('unhandledRejection', failWhole);

const named = process.argv.slice(2);
const start = performance.now();
await runNamed(named.length === 0 ? Object.keys(parts) : named).catch(failWhole);
say(`\nAll of it: ${((performance.now() - start) / 1000).toFixed(0)} s`);
process.exitCode = tally.close();
