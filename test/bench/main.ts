// `npm run bench`: how fast, beside the floor of the same run. Never fails on a number; it says which goals are met.
//   npm run bench                  a table, and the rows as JSON on the last line
//   npm run bench -- coldImage     only what is named; some rows are measured only so, since they take long
//   FLOTILLA_BENCH_RUNS=11         more runs for closer medians
//   FLOTILLA_BENCH_SESSIONS=50     how many live sessions the engine at rest has
import { findPart, hostCertificates } from '../support/bed.ts';
import { Flotilla } from '../support/flotilla.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { commitsHome, oneByOne } from './commitsHome.ts';
import { fileLook } from './fileRow.ts';
import { floorStart } from './floor.ts';
import { historyOf } from './history.ts';
import { activation, bigTree, eventToRow, sizes } from './codeRows.ts';
import { forecastRow, planRow } from './landingRows.ts';
import { type Row, inTurns, median, quantile, ratioRow, table } from './measure.ts';
import { fanOut, reconciling } from './engineRows.ts';
import { atRest } from './restRow.ts';
import { afterAll, coldImage, startsAtOnce, type StartBed } from './startRows.ts';
import { ownStart } from './ownStart.ts';
import { keyToEcho, panelAgain, terminalFlood } from './panelRows.ts';
import { rebaseRows } from './rebaseRows.ts';

const runs = Number(process.env['FLOTILLA_BENCH_RUNS'] ?? 7);
const certificates = hostCertificates();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** So long the engine waits after a command of Claude for further ones, before it brings commits home. */
const commitPauseMs = 2000;

/** The bed of one bench: an engine, a face of it, and a folder that goes with them. */
interface Bench extends StartBed {
  readonly flotilla: Flotilla;
  readonly baseImage: string;
}

async function warmStart({ client, folder, image }: Bench): Promise<Row> {
  const { folder: repository } = await sampleRepository(folder);
  const own = (): Promise<number> => ownStart(client, { repository, prompt: 'Say hello.', certificates });
  await own();
  await floorStart(image, folder);
  const { first, second } = await inTurns(runs, own, () => floorStart(image, folder));
  return ratioRow(
    "warm start to Claude's first event",
    first,
    { name: 'devcontainer up + claude', samples: second },
    1.3,
  );
}

async function roundTrip({ client }: Bench): Promise<Row> {
  const samples: number[] = [];
  for (let call = 0; call < 550; call += 1) {
    const start = performance.now();
    await client.call('system.info', {});
    if (call >= 50) samples.push(performance.now() - start);
  }
  const p50 = median(samples);
  const name = `round trip of an operation, p50 (p99 ${quantile(samples, 0.99).toFixed(1)} ms)`;
  return { name, median: p50, goal: '< 5 ms', met: p50 < 5, samples: samples.slice(0, 20) };
}

async function longHistory({ client, folder }: Bench): Promise<Row> {
  const [short, long] = [await historyOf(100, folder), await historyOf(100_000, folder)];
  const start = (repository: string) => (): Promise<number> =>
    ownStart(client, { repository, prompt: 'Say hello.', certificates });
  // The first session of each makes the mirror.
  const cold = [await start(short)(), await start(long)()];
  say(`  first session, mirror included: ${cold.map((value) => `${value.toFixed(0)} ms`).join(' and ')}`);
  const { first, second } = await inTurns(runs, start(long), start(short));
  return ratioRow('start with 100,000 commits of history', first, { name: 'with 100', samples: second }, 1.2);
}

async function home({ client, folder }: Bench): Promise<Row> {
  const sample = await sampleRepository(folder, undefined, 'grove');
  const { own, floor } = await commitsHome(client, sample, { parent: folder, certificates });
  const name = `a commit comes home, without the ${commitPauseMs / 1000} s pause`;
  const transfers = own.map((value) => value - commitPauseMs);
  return ratioRow(name, transfers, { name: 'git fetch over docker exec', samples: floor });
}

const atOnce = async (bed: Bench): Promise<Row[]> => [
  await startsAtOnce(bed, 4, Math.ceil(runs / 2)),
  await startsAtOnce(bed, 8, Math.ceil(runs / 2)),
];

const benches = {
  warmStart,
  atOnce,
  roundTrip,
  longHistory,
  home,
  fileLook: ({ client, folder }: Bench) => fileLook(client, { parent: folder, certificates, runs: 2 * runs }),
  fanOut: ({ flotilla }: Bench) => fanOut(flotilla),
  reconciling: ({ baseImage }: Bench) => reconciling(baseImage, runs),
  coldImage: (bed: Bench) => coldImage(bed, bed.baseImage),
  atRest: (bed: Bench) => atRest(bed, Number(process.env['FLOTILLA_BENCH_SESSIONS'] ?? 50)),
} as const;

/** Those that have a bed of their own, most of them with VS Code. */
const codeBenches = {
  sizes: () => Promise.resolve(sizes()),
  activation: async () => [await activation(runs)],
  eventToRow: async () => [await eventToRow()],
  bigTree: async () => [await bigTree(runs)],
  panelAgain: () => panelAgain(runs),
  keyToEcho: () => keyToEcho(),
  terminalFlood: async () => [await terminalFlood(runs)],
  plan: async () => [await planRow(runs)],
  forecast: async () => [await forecastRow(runs)],
  rebase: async () => rebaseRows(runs, await findPart('claude image')),
} as const;

async function benchCode(isWanted: (name: string) => boolean): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, run] of Object.entries(codeBenches)) {
    if (!isWanted(name)) continue;
    say(`Measuring ${name} …`);
    rows.push(...(await run()));
  }
  return rows;
}

async function bench(isWanted: (name: string) => boolean): Promise<Row[]> {
  say(await findPart('docker'));
  const image = await findPart('claude image');
  const baseImage = await findPart('base image');
  const flotilla = await Flotilla.start({ scenario: { rules: [oneByOne, afterAll] }, baseImage });
  const rows: Row[] = [];
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void flotilla.close().finally(() => process.exit(130)));
  try {
    const client = await flotilla.connect();
    for (const [name, run] of Object.entries(benches)) {
      if (!isWanted(name)) continue;
      say(`Measuring ${name} …`);
      rows.push(...[await run({ client, flotilla, folder: flotilla.folder, image, baseImage, certificates })].flat());
    }
    client.close();
  } finally {
    await flotilla.close();
  }
  return rows;
}

const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
const rows = [...(await bench(isWanted)), ...(await benchCode(isWanted))];
say(`\n${table(rows)}\n`);
say(JSON.stringify({ runs, rows }));
