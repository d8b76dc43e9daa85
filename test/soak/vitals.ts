import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { quantile } from '../bench/measure.ts';
import { livingProcesses } from '../support/processTable.ts';
import { lookInside } from './inspector.ts';

/** What an engine takes of its machine at one moment. */
export interface Vitals {
  readonly pid: number;
  /** Seconds since the soak began. */
  readonly at: number;
  /** MB, resident and of the heap after a collection. */
  readonly memory: number;
  readonly heap: number;
  readonly descriptors: number;
  readonly processes: number;
  readonly timers: number;
  readonly resources: number;
  /** MB of the database with its log. */
  readonly database: number;
}

const mega = 1024 * 1024;
const kept = ['memory', 'heap', 'descriptors', 'processes', 'timers', 'resources', 'database'] as const;
/** What may come and go with what is just under way, before it counts as growth. */
const slack: Readonly<Record<(typeof kept)[number], number>> = {
  memory: 40,
  heap: 8,
  descriptors: 15,
  processes: 6,
  timers: 15,
  resources: 20,
  database: 4,
};

/** `undefined` while the engine is being exchanged. */
export async function vitalsOf(
  pid: number,
  given: { home: string; port: number; began: number },
): Promise<Vitals | undefined> {
  try {
    const inside = await lookInside(given.port);
    if (inside === undefined) return undefined;
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? '0';
    const files = globSync('data/flotilla.db*', { cwd: given.home }).map((file) => path.join(given.home, file));
    return {
      pid,
      at: Math.round((Date.now() - given.began) / 1000),
      memory: Number(resident) / 1024,
      heap: inside.heap / mega,
      descriptors: readdirSync(`/proc/${String(pid)}/fd`).length,
      processes: livingProcesses().filter(({ parent }) => parent === pid).length,
      timers: inside.timers,
      resources: inside.resources,
      database: files.reduce((sum, file) => sum + statSync(file).size, 0) / mega,
    };
  } catch {
    return undefined;
  }
}

/** Of each thing: where it began, where it ended, and whether that is flat. `what` is of one engine, the one that lived longest. */
export function verdictOf(all: readonly Vitals[]): { lines: string[]; isFlat: boolean } {
  const byEngine = Map.groupBy(all, ({ pid }) => pid);
  const longest = [...byEngine.values()].toSorted((a, b) => b.length - a.length)[0] ?? [];
  // Caches fill at first: what is compared is the second quarter and the last.
  const quarter = Math.max(1, Math.floor(longest.length / 4));
  const [early, late] = [longest.slice(quarter, 2 * quarter), longest.slice(-quarter)];
  const rows = kept.map((name) => {
    const middle = (of: readonly Vitals[]): number =>
      quantile(
        of.map((vitals) => vitals[name]),
        0.5,
      );
    const [from, to] = [middle(early), middle(late)];
    return { name, from, to, isFlat: !(to - from > Math.max(slack[name], from * 0.2)) };
  });
  const lines = rows.map(
    ({ name, from, to, isFlat }) =>
      `${name.padEnd(12)} ${from.toFixed(1).padStart(8)} → ${to.toFixed(1).padStart(8)}  ${isFlat ? 'flat' : 'GROWS'}`,
  );
  return { lines, isFlat: rows.every(({ isFlat }) => isFlat) };
}
