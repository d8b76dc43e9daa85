// `npm start`: a real VS Code with Flotilla in it, on a sample repository or a folder of the user's.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isCancelled, messageOf } from '../../src/engine/base/errors.ts';
import { orchard } from '../demo/orchard.ts';
import { demoScenario } from '../demo/scenario.ts';
import { baseImage } from '../support/baseImage.ts';
import { dockerDaemon } from '../support/dockerDaemon.ts';
import { Flotilla } from '../support/flotilla.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { type Opening, openDesktop, openServer } from './openCode.ts';
import { type StartOptions, startOptions, usage } from './options.ts';

const out = path.resolve(import.meta.dirname, '../../out/start');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function folderOf({ folder }: StartOptions, parent: string): Promise<string> {
  if (folder !== undefined) return folder;
  const sample = path.join(parent, 'orchard');
  await mkdir(parent, { recursive: true });
  return existsSync(sample) ? sample : (await sampleRepository(parent, orchard)).folder;
}

async function open(options: StartOptions, opening: Opening, signal: AbortSignal): Promise<void> {
  if (options.code !== 'server') {
    const reason = await openDesktop(opening, signal);
    if (reason === undefined) return;
    say(`No desktop VS Code: ${reason}.`);
    if (options.code === 'desktop') throw new Error('--desktop was given, and there is no desktop VS Code');
  }
  await openServer(opening, signal);
}

const openingFor = (options: StartOptions, rest: Pick<Opening, 'folder' | 'place' | 'env'>): Opening => ({
  ...{ isTrusted: options.folder === undefined, port: options.port, say },
  ...rest,
});

async function own(options: StartOptions, signal: AbortSignal): Promise<void> {
  const folder = await folderOf(options, out);
  await open(options, openingFor(options, { folder, place: path.join(out, 'code'), env: {} }), signal);
}

async function demo(options: StartOptions, signal: AbortSignal): Promise<void> {
  const daemon = await dockerDaemon();
  say(daemon.message);
  if (daemon.state === 'missing') throw new Error('The demo needs Docker. Start it and try again.');
  const flotilla = await Flotilla.start({ scenario: demoScenario, baseImage: await baseImage(say) });
  try {
    const folder = await folderOf(options, flotilla.folder);
    const place = path.join(flotilla.folder, 'code');
    say('A made-up account and a scripted model: say "Describe the pear" or "Describe the plum", and land both.');
    await open(options, openingFor(options, { folder, place, env: flotilla.env }), signal);
  } finally {
    say('Cleaning up: sessions, containers, volumes, networks and folders of the demo.');
    await flotilla.close();
    await daemon.stop();
  }
}

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    interrupt.abort();
  });

try {
  const options = startOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  if (options === 'help') say(usage);
  else await (options.demo ? demo : own)(options, interrupt.signal);
} catch (error) {
  if (!isCancelled(error)) {
    say(messageOf(error));
    process.exitCode = 1;
  }
}
