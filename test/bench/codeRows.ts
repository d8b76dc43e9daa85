import { statSync } from 'node:fs';
import path from 'node:path';
import { findPart } from '../support/bed.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { CodeBed, clockIn } from './codeBed.ts';
import { type Row, inTurns, limitRow, quantile, ratioRow } from './measure.ts';

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

/**
 * What VS Code itself says that the extension's activation took, beside one that does next to nothing: the figure holds also the loading
 * of other extensions that begin in the same turn.
 */
export async function activation(runs: number): Promise<Row> {
  const code = await bed(0);
  try {
    const { folder } = await sampleRepository(code.flotilla.folder);
    const [own, plain]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run += 1) {
      // So high that all rows are drawn.
      const window = await code.window(folder, 3000);
      await window.run('Developer: Show Running Extensions');
      own.push(await activationIn(window, 'Flotilla'));
      plain.push(await activationIn(window, 'plain'));
      await window.page.close();
    }
    const name = 'activation, as VS Code tells it';
    const { goal, met } = limitRow(name, own, { below: 50 });
    return { ...ratioRow(name, own, { name: 'a plain extension', samples: plain }), goal, met };
  } finally {
    await code.close();
  }
}

async function activationIn(window: Workbench, name: string): Promise<number> {
  const row = window.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: name }).first();
  const time = row.locator('.activation-time');
  await time.filter({ hasText: /\d+ms/ }).waitFor();
  const text = (await time.textContent()) ?? '';
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

/** From the click on the icon to rows, with 1,000 sessions; beside it, a view of as many rows that say nothing. */
export async function bigTree(runs: number): Promise<Row> {
  const code = await bed(1000);
  try {
    const { folder } = await sampleRepository(code.flotilla.folder);
    const open = (container: string) => async (): Promise<number> => openTree(await code.window(folder), container);
    const { first, second } = await inTurns(runs, open('Flotilla'), open('Plain'));
    const name = 'tree of 1,000 sessions opens';
    const { goal, met } = limitRow(name, first, { below: 200 });
    return { ...ratioRow(name, first, { name: 'a plain view', samples: second }), goal, met };
  } finally {
    await code.close();
  }
}

/** The model is read by then, as it is a moment after a window has opened; another view is on show. */
async function openTree({ page }: Workbench, container: string): Promise<number> {
  // Stands there once the sessions are known.
  await page.locator('.statusbar-item[id*="flotilla"]').waitFor({ timeout: 60_000 });
  await page.locator(`.activitybar .action-label[aria-label^="${container}"]`).waitFor();
  await page.waitForTimeout(2500);
  const script = `(async () => {
    const icon = document.querySelector('.activitybar .action-label[aria-label^="${container}"]');
    const seen = benchSeen(() => document.querySelectorAll('.sidebar .monaco-list-row[aria-label*="session "]').length >= 20);
    const start = benchNow();
    icon.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
    icon.click();
    return await seen - start;
  })()`;
  const took = await clockIn(page, script);
  await page.close();
  return took;
}
