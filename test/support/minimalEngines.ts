import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FinderOptions } from '../../src/client/engineFinder.ts';

export const minimalEntry = [process.execPath, path.resolve(import.meta.dirname, 'minimalEngine.ts')];

/** How to connect to the minimal engine that an environment names. */
export const minimalEngine = (env: Readonly<Record<string, string | undefined>>): FinderOptions => ({
  start: 'if-needed',
  engineEntry: minimalEntry,
  version: env['MINIMAL_VERSION'] ?? '1.0.0',
  env,
  // The machine may be busy with something else.
  startMs: 50_000,
});

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a process has ended; rejects after `ms` milliseconds. */
export async function ended(pid: number, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; isAlive(pid);) {
    if (Date.now() > end) throw new Error(`process ${pid} goes on`);
    await sleep(20);
  }
}
