import type { Frame, Page } from 'playwright-core';
import { findPart, hostCertificates } from '../support/bed.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { CodeBed, clockIn } from './codeBed.ts';
import { type Row, inTurns, limitRow, median, ratioRow } from './measure.ts';
import { bareStream, engineStream, environmentOf } from './terminalStream.ts';

/** A running interactive session, seen in a panel. */
interface Scene {
  readonly window: Workbench;
  readonly environment: Environment;
}

async function inScene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const code = await CodeBed.start({ baseImage: await findPart('base image'), vsix: await findPart('package') });
  const client = await code.flotilla.connect();
  try {
    const { folder: repository } = await sampleRepository(code.flotilla.folder);
    const certificates = hostCertificates();
    const input = { repository, name: 'talk', ...(certificates === undefined ? {} : { certificates }) };
    const { session } = await client.call('session.create', { ...input, mode: 'interactive' });
    await code.flotilla.until(session.id, ({ activity }) => activity?.kind === 'idle', 120_000);
    const window = await code.window(repository);
    await window.show('Flotilla');
    await window.row('talk').first().click();
    await window.webview.locator('.xterm-rows', { hasText: '❯' }).waitFor();
    const environment = await environmentOf(client, session.id);
    return await work({ window, environment });
  } finally {
    client.close();
    await code.close();
  }
}

const isContent = (frame: Frame): boolean => frame.name() === 'active-frame' || frame.url().includes('fake.html');

/** From the click on its tab until the panel, which was closed off meanwhile, shows the last screen; beside it, a panel of one line. */
export function panelAgain(runs: number): Promise<Row[]> {
  return inScene(async ({ window }) => {
    await openPlain(window);
    await window.run('File: New Untitled Text File');
    const again = (tab: string) => (): Promise<number> => openAgain(window, tab);
    const { first, second } = await inTurns(runs, again('talk'), again('plain'));
    const name = 'a panel that is opened again shows the last screen';
    const { goal, met } = limitRow(name, first, { below: 100 });
    const beyond = first.map((value, run) => value - (second[run] ?? Number.NaN));
    return [
      { ...ratioRow(name, first, { name: 'a panel of one line', samples: second }), goal, met },
      { ...limitRow('the same, beyond a panel of one line', beyond, { below: 100 }), goal: 'none' },
    ];
  });
}

/** Opens the floor's panel. */
async function openPlain(window: Workbench): Promise<void> {
  // The terminal takes the focus once it is there: the palette would close again.
  await window.page.waitForTimeout(1000);
  await window.run('Plain: Open');
  await window.webview.locator('#plain').waitFor();
}

/** All times are the page's own: what the driver of the browser adds is not in them. */
async function openAgain(window: Workbench, tab: string): Promise<number> {
  const { page } = window;
  await window.tab('Untitled').click();
  await page.waitForTimeout(700);
  await window.tab(tab).click();
  await page.locator('iframe.webview.ready:visible').waitFor();
  const shown = await clockIn(await contentFrame(page), 'benchShown');
  return shown - (await clockIn(page, 'benchDown'));
}

/** The newest frame that holds a panel's page. */
async function contentFrame(page: Page): Promise<Frame> {
  for (let tries = 0; tries < 200; tries += 1) {
    const frame = page.frames().findLast(isContent);
    if (frame !== undefined) return frame;
    await page.waitForTimeout(10);
  }
  throw new Error('no panel has a page');
}

const tmux = ['tmux', '-u', '-L', 'flotilla', '-f', '/flotilla/tools/tmux.conf'] as const;
const keys = 60;

/** From a key to its echo: in the panel, and on a bare TTY stream into the same tmux. A program that only echoes stands in for Claude. */
export function keyToEcho(): Promise<Row[]> {
  return inScene(async ({ window, environment }) => {
    await environment.run({ command: [...tmux, 'new-window', '-t', 'claude', 'cat'] });
    await window.page.waitForTimeout(1000);
    const bare = await bareEchoes(environment);
    const panel = await panelEchoes(window, '.xterm');
    await openPlain(window);
    const plain = await panelEchoes(window, '#plain');
    const added = median(panel) - median(bare);
    const name = 'a key to its echo in the panel, beyond a bare exec stream';
    return [
      ratioRow('a key to its echo in the panel', panel, { name: 'bare exec stream', samples: bare }),
      { name, median: added, goal: '≤ 5 ms', met: added <= 5, samples: [added] },
      { ...limitRow('a message from a panel to its extension and back', plain, { below: 5 }), goal: 'none' },
    ];
  });
}

async function bareEchoes(environment: Environment): Promise<number[]> {
  const attach = { command: [...tmux, 'attach', '-t', 'claude'] as const, tty: { cols: 80, rows: 24 } };
  const exec = await environment.exec({ ...attach, command: [...attach.command] }, AbortSignal.timeout(60_000));
  exec.stdout.resume();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const samples: number[] = [];
  for (let key = 0; key < keys; key += 1) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const echoed = new Promise((resolve) => exec.stdout.once('data', resolve));
    const start = performance.now();
    exec.stdin.write('x');
    await echoed;
    samples.push(performance.now() - start);
  }
  await exec.kill();
  return samples;
}

/** Put in once the panel has its document: Code writes that into a frame, which takes listeners away. */
const listener = `
  addEventListener('keydown', () => { globalThis.benchKey = benchNow(); }, true);
  addEventListener('message', ({ data }) => {
    if (data?.type === 'terminalBytes') globalThis.benchOutput.push(benchNow());
  }, true);
`;

/** Both times are taken inside the panel: when the key comes in, and when the terminal's next bytes do. */
async function panelEchoes(window: Workbench, place: string): Promise<number[]> {
  await window.webview.locator(place).click();
  const frame = await contentFrame(window.page);
  await frame.evaluate(listener);
  const samples: number[] = [];
  for (let key = 0; key < keys; key += 1) {
    await window.page.waitForTimeout(60);
    await frame.evaluate('globalThis.benchOutput = []');
    await window.page.keyboard.press('x');
    const took =
      'new Promise((done) => { const look = () => benchOutput.length ? done(benchOutput[0] - benchKey) : setTimeout(look, 1); look(); })';
    samples.push(await clockIn(frame, took));
  }
  return samples;
}

/** 50 MB of numbered lines through the engine's terminal to its viewer, beside the bare stream. Rejects when one of them is not complete and in order. */
export function terminalFlood(runs: number): Promise<Row> {
  return inScene(async ({ environment }) => {
    const { first, second } = await inTurns(
      Math.min(runs, 3),
      () => engineStream(environment),
      () => bareStream(environment),
    );
    return ratioRow(
      "50 MB of terminal output to the engine's viewer",
      first,
      { name: 'bare TTY stream', samples: second },
      1 / 0.8,
    );
  });
}
