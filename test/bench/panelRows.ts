import type { Frame } from 'playwright-core';
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
    await window.webview.locator('.xterm-rows', { hasText: 'Claude Code' }).waitFor();
    const environment = await environmentOf(client, session.id);
    return await work({ window, environment });
  } finally {
    client.close();
    await code.close();
  }
}

const isContent = (frame: Frame): boolean => frame.name() === 'active-frame' || frame.url().includes('fake.html');

/** From the click on its tab until the panel, which was closed off meanwhile, shows the last screen. */
export function panelAgain(runs: number): Promise<Row> {
  return inScene(async ({ window }) => {
    const { page } = window;
    await window.run('File: New Untitled Text File');
    const samples: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      await window.tab('Untitled').click();
      await page.waitForTimeout(700);
      const shown = new Promise<number>((resolve, reject) => {
        page.once('frameattached', () => {
          resolveWhenShown(window).then(resolve, reject);
        });
      });
      const start = await clockIn(page, 'benchNow()');
      await window.tab('talk').click();
      samples.push((await shown) - start);
    }
    return limitRow('a panel that is opened again shows the last screen', samples, { below: 100 });
  });
}

async function resolveWhenShown({ page, webview }: Workbench): Promise<number> {
  const rows = webview.locator('.xterm-rows', { hasText: 'Claude Code' });
  await rows.waitFor();
  return clockIn(page, 'benchNow()');
}

const tmux = ['tmux', '-u', '-L', 'flotilla', '-f', '/flotilla/tools/tmux.conf'] as const;
const keys = 60;

/** From a key to its echo: in the panel, and on a bare TTY stream into the same tmux. A program that only echoes stands in for Claude. */
export function keyToEcho(): Promise<Row[]> {
  return inScene(async ({ window, environment }) => {
    await environment.run({ command: [...tmux, 'new-window', '-t', 'claude', 'cat'] });
    await window.page.waitForTimeout(1000);
    const bare = await bareEchoes(environment);
    const panel = await panelEchoes(window);
    const added = median(panel) - median(bare);
    const name = 'a key to its echo in the panel, beyond a bare exec stream';
    return [
      ratioRow('a key to its echo in the panel', panel, { name: 'bare exec stream', samples: bare }),
      { name, median: added, goal: '≤ 5 ms', met: added <= 5, samples: [added] },
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
async function panelEchoes(window: Workbench): Promise<number[]> {
  await window.webview.locator('.xterm').click();
  const frame = window.page.frames().find(isContent);
  if (frame === undefined) throw new Error('the panel has no frame');
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
