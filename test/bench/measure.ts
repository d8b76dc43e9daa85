/** One measured thing beside what it is compared with. Times in milliseconds, unless it names another unit. */
export interface Row {
  readonly name: string;
  readonly unit?: 'ms' | 'MB' | '%' | undefined;
  /** What was measured, and the reference (the floor) of the same run, when there is one. */
  readonly median: number;
  readonly reference?: number | undefined;
  readonly referenceName?: string | undefined;
  /** median / reference. */
  readonly ratio?: number | undefined;
  readonly goal: string;
  readonly met: boolean;
  readonly samples: readonly number[];
  readonly referenceSamples?: readonly number[] | undefined;
}

/** The value below which the given part of the samples lies. */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Measures two things in turns (A B A B …), so that what else the machine does falls on both alike. */
export async function inTurns(
  times: number,
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<{ first: number[]; second: number[] }> {
  const found = { first: [] as number[], second: [] as number[] };
  for (let run = 0; run < times; run += 1) {
    found.first.push(await first());
    found.second.push(await second());
  }
  return found;
}

/** A row of two medians whose ratio has a goal. */
export function ratioRow(
  name: string,
  measured: readonly number[],
  reference: { readonly name: string; readonly samples: readonly number[] },
  goal?: number,
): Row {
  const [own, floor] = [median(measured), median(reference.samples)];
  return {
    name,
    median: own,
    reference: floor,
    referenceName: reference.name,
    ratio: own / floor,
    goal: goal === undefined ? 'none' : `≤ ${goal.toFixed(1)} ×`,
    met: goal === undefined || own / floor <= goal,
    samples: measured,
    referenceSamples: reference.samples,
  };
}

/** A row whose median (or another quantile) has a limit of its own. */
export function limitRow(
  name: string,
  samples: readonly number[],
  limit: { readonly below: number; readonly unit?: 'ms' | 'MB' | undefined; readonly part?: number | undefined },
): Row {
  const unit = limit.unit ?? 'ms';
  const value = limit.part === undefined ? median(samples) : quantile(samples, limit.part);
  return { name, unit, median: value, goal: `< ${limit.below} ${unit}`, met: value < limit.below, samples };
}

const figure = (value: number | undefined, unit = 'ms'): string =>
  value === undefined ? '' : `${value.toFixed(value < 20 ? 2 : 0)} ${unit}`;

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    figure(row.median, row.unit),
    row.referenceName === undefined ? '' : `${row.referenceName} ${figure(row.reference, row.unit)}`,
    row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} ×`,
    row.goal,
    row.goal === 'none' ? '' : row.met ? 'met' : 'missed',
  ]);
  const all = [['what', 'median', 'beside', 'ratio', 'goal', ''], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => (line[column] ?? '').length))) ?? [];
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
