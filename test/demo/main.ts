// `npm run demo`: two sessions side by side on a sample repository, from the task to pushed branches. Needs Node, npm, git and Docker, and
// no account: the model is a script (test/support/scriptedApi.ts); everything else is real.
import readline from 'node:readline';
import type { Readable } from 'node:stream';
import { messageOf } from '../../src/engine/base/errors.ts';
import { baseImage } from '../support/baseImage.ts';
import { dockerDaemon } from '../support/dockerDaemon.ts';
import { Flotilla } from '../support/flotilla.ts';
import { git, sampleRepository } from '../support/sampleRepository.ts';
import { demoScenario } from './scenario.ts';

const tasks = [
  { name: 'pear', prompt: 'Describe the pear in a file of its own, as the apple is, and commit it.' },
  { name: 'count', prompt: 'Let count.sh say what it counts, and commit it.' },
] as const;

const say = (text = ''): void => void process.stdout.write(`${text}\n`);
const heading = (text: string): void => {
  say(`\n── ${text} ${'─'.repeat(Math.max(0, 90 - text.length))}`);
};

/** Lines of a stream, each with a name before it. */
function tell(name: string, stream: Readable): Promise<void> {
  const lines = readline.createInterface({ input: stream });
  lines.on('line', (line) => {
    if (line.trim() !== '') say(`${name.padEnd(6)} │ ${line}`);
  });
  return new Promise((resolve) => lines.once('close', resolve));
}

/** Runs the command with its output on screen under a name; rejects when it fails. */
async function show(flotilla: Flotilla, args: readonly string[], name: string, signal: AbortSignal): Promise<void> {
  say(`${name.padEnd(6)} │ $ flotilla ${args.join(' ')}`);
  const running = flotilla.spawn(args, signal);
  running.stdin.end();
  const [{ exitCode }] = await Promise.all([running.ended, tell(name, running.stdout), tell(name, running.stderr)]);
  if (exitCode !== 0) throw new Error(`flotilla ${args[0] ?? ''} ended with exit code ${String(exitCode)}`);
}

async function play(flotilla: Flotilla, signal: AbortSignal): Promise<void> {
  heading('A sample repository with a remote');
  const sample = await sampleRepository(flotilla.folder);
  say(await sample.git('log', '--oneline', '--stat'));

  heading('Two sessions side by side, each in a dev container of its own');
  const start = performance.now();
  const create = ({ name, prompt }: (typeof tasks)[number]): Promise<void> =>
    show(
      flotilla,
      ['new', sample.folder, '--name', name, '--prompt', prompt, ...flotilla.buildArguments],
      name,
      signal,
    );
  await Promise.all(tasks.map(create));
  say(`\nBoth finished after ${((performance.now() - start) / 1000).toFixed(1)} s.`);

  heading('What they did, and what it cost (at list price; the scripted model cost nothing)');
  await show(flotilla, ['list'], '', signal);
  for (const { name } of tasks) {
    await show(flotilla, ['show', name], name, signal);
    await show(flotilla, ['diff', name], name, signal);
  }

  heading('Push both branches');
  for (const { name } of tasks) await show(flotilla, ['push', name], name, signal);
  say(await git(sample.remote, 'log', '--graph', '--oneline', '--decorate', '--all'));
}

async function demo(signal: AbortSignal): Promise<void> {
  heading('What the demo needs');
  const daemon = await dockerDaemon();
  say(daemon.message);
  if (daemon.state === 'missing') throw new Error('The demo needs Docker. Start it and run the demo again.');
  const image = await baseImage(say);
  say(`Base image: ${image}. Flotilla's Claude Code image is built on it once.`);
  const flotilla = await Flotilla.start({ scenario: demoScenario, baseImage: image });
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  await play(flotilla, signal).catch(note);
  heading('Clean up');
  await flotilla.close().then(() => {
    say('Sessions, containers, volumes, networks and folders are gone; the images stay for the next time.');
  }, note);
  await daemon.stop();
  if (failures.length > 0) throw new Error(failures.map(messageOf).join('\n'));
}

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    if (!interrupt.signal.aborted) say('\nInterrupted: cleaning up.');
    interrupt.abort();
  });

try {
  await demo(interrupt.signal);
} catch (error) {
  say(interrupt.signal.aborted ? 'The demo was interrupted.' : `The demo failed: ${messageOf(error)}`);
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
