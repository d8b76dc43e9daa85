import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../client/engineError.ts';
import type { Parts } from '../parts.ts';
import { withProgress } from '../progress.ts';

/** Longest that the old engine may take to finish its operations, and how often it is looked for, in milliseconds. */
const patienceMs = 60_000;
const lookEvery = 100;

/** Asks the engine to finish and leave, then starts another. Sessions go on in their containers. */
export async function restartEngine({ connection, model }: Pick<Parts, 'connection' | 'model'>): Promise<void> {
  await withProgress('Restarting the engine', async ({ signal }) => {
    const client = await connection.client();
    const { pid } = await client.call('system.info', {}, { signal });
    await client.call('engine.stop', { why: 'restarted from VS Code' }, { signal });
    const end = Date.now() + patienceMs;
    while (Date.now() < end && !signal.aborted) {
      const info = await client.call('system.info', {}, { signal }).catch(() => undefined);
      if (info !== undefined && info.pid !== pid) return;
      await sleep(lookEvery);
    }
    if (!signal.aborted)
      throw EngineError.of('engine-busy', 'The engine still finishes what it was asked: it leaves after that.');
  });
  model.start();
}
