// `npm run demo`: two sessions side by side on a sample repository, from the task to the remote's main, and one taken back. Needs Node, npm,
// git and Docker, and no account: the model is a script (test/support/scriptedApi.ts); everything else is real.
import readline from 'node:readline';
import type { Readable } from 'node:stream';
import { messageOf } from '../../src/engine/base/errors.ts';
import { baseImage } from '../support/baseImage.ts';
import { dockerDaemon } from '../support/dockerDaemon.ts';
import { Flotilla } from '../support/flotilla.ts';
import { git, type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { orchard } from './orchard.ts';
import { demoScenario } from './scenario.ts';

const tasks = [
  {
    name: 'pear',
    prompt: 'Describe the pear in a file of its own, as the apple is, list it in README.md, and commit.',
  },
  {
    name: 'plum',
    prompt: 'Describe the plum in a file of its own, as the apple is, list it in README.md, and commit.',
  },
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
  const sample = await sampleRepository(flotilla.folder, orchard);
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

  await bringHome(flotilla, sample, signal);
}

async function bringHome(flotilla: Flotilla, { remote }: SampleRepository, signal: AbortSignal): Promise<void> {
  const history = async (): Promise<void> => {
    say(await git(remote, 'log', '--graph', '--oneline', '--decorate', '--stat', 'main'));
  };
  heading('What landing them would meet');
  await show(flotilla, ['forecast'], '', signal);

  heading('Land the first: it fits, its tests pass, main moves on');
  await show(flotilla, ['land', 'pear', '--to', 'target'], 'pear', signal);

  heading('Land the second: it changed the same line, and Claude resolves it');
  await show(flotilla, ['land', 'plum', '--plan'], 'plum', signal);
  await show(flotilla, ['land', 'plum', '--to', 'target'], 'plum', signal);
  await history();

  heading('Take the second back: with a commit that reverts it, nothing is forced');
  await show(flotilla, ['undo', 'plum', '--revert-target'], 'plum', signal);
  await history();
  say(await git(remote, 'show', 'main:README.md'));
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
