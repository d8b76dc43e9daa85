import { statSync } from 'node:fs';
import path from 'node:path';
import { findPart } from '../support/bed.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { CodeBed, clockIn } from './codeBed.ts';
import { type Row, limitRow, quantile } from './measure.ts';

const root = path.resolve(import.meta.dirname, '../..');
const megabytes = (file: string): number => statSync(path.join(root, file)).size / 1e6;

/** How big the bundles are. */
export function sizes(): Row[] {
  const [extension, vsix] = [megabytes('dist/extension.cjs'), megabytes('dist/flotilla.vsix')];
  return [
    limitRow('extension bundle', [extension], { unit: 'MB', below: 1 }),
    limitRow('.vsix', [vsix], { unit: 'MB', below: 8 }),
  ];
}

async function bed(sessions: number): Promise<CodeBed> {
  return CodeBed.start({ baseImage: await findPart('base image'), vsix: await findPart('package'), sessions });
}

/** What VS Code itself says that the extension's activation took. */
export async function activation(runs: number): Promise<Row> {
  const code = await bed(0);
  try {
    const { folder } = await sampleRepository(code.flotilla.folder);
    const samples: number[] = [];
    for (let run = 0; run < runs; run += 1) samples.push(await activationIn(await code.window(folder)));
    return limitRow('activation, as VS Code tells it', samples, { below: 50 });
  } finally {
    await code.close();
  }
}

async function activationIn(window: Workbench): Promise<number> {
  await window.show('Flotilla');
  await window.run('Developer: Show Running Extensions');
  const row = window.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Flotilla' }).first();
  const time = row.locator('.activation-time');
  await time.filter({ hasText: /\d+ms/ }).waitFor();
  const text = (await time.textContent()) ?? '';
  await window.page.close();
  return Number(/(\d+)ms/.exec(text)?.[1]);
}

/** From an event's place in the journal to the row that shows it, with 200 sessions on screen. */
export async function eventToRow(): Promise<Row> {
  const code = await bed(200);
  try {
    const { folder } = await sampleRepository(code.flotilla.folder);
    const window = await code.window(folder, 5000);
    await window.show('Flotilla');
    await window.row('session 0001').waitFor();
    const client = await code.flotilla.connect();
    const { sessions } = await client.call('session.list', {});
    const samples: number[] = [];
    for (const { id, name } of sessions.slice(0, 40)) {
      // VS Code draws a view at most five times a second: the events of a person's day are further apart.
      await window.page.waitForTimeout(500);
      const seen = clockIn(window.page, rowSays(name, 'cancelled'));
      const { session } = await client.call('session.cancel', { session: id });
      samples.push((await seen) - Date.parse(session.updatedAt));
    }
    client.close();
    const name = `event to updated row with 200 sessions, p95 (p50 ${quantile(samples, 0.5).toFixed(0)} ms)`;
    return limitRow(name, samples, { below: 50, part: 0.95 });
  } finally {
    await code.close();
  }
}

const rowSays = (name: string, word: string): string =>
  `benchSeen(() => [...document.querySelectorAll('.sidebar .monaco-list-row')]
    .some((row) => row.textContent.includes('${name}') && row.textContent.includes('${word}')))`;

/** From the click on the icon to rows, with 1,000 sessions. */
export async function bigTree(runs: number): Promise<Row> {
  const code = await bed(1000);
  try {
    const { folder } = await sampleRepository(code.flotilla.folder);
    const samples: number[] = [];
    for (let run = 0; run < runs; run += 1) samples.push(await openTree(await code.window(folder)));
    return limitRow('tree of 1,000 sessions opens', samples, { below: 200 });
  } finally {
    await code.close();
  }
}

/** The model is read by then, as it is a moment after a window has opened; another view is on show. */
async function openTree(window: Workbench): Promise<number> {
  const { page } = window;
  await page.locator('.statusbar-item', { hasText: 'orchard' }).or(page.locator('.statusbar-item').first()).waitFor();
  await page.waitForTimeout(2500);
  const script = `new Promise(async (resolve) => {
    const seen = benchSeen(() => document.querySelectorAll('.sidebar .monaco-list-row[aria-label*="session "]').length >= 20);
    const start = benchNow();
    document.querySelector('.activitybar .action-label[aria-label^="Flotilla"]').dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
    document.querySelector('.activitybar .action-label[aria-label^="Flotilla"]').click();
    resolve(await seen - start);
  })`;
  const took = await clockIn(page, script);
  await page.close();
  return took;
}
