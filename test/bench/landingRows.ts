import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runOnHost } from '../../src/engine/process/run.ts';
import { WorkStore } from '../../src/engine/git/workStore.ts';
import { git } from '../support/sampleRepository.ts';
import { historyOf } from './history.ts';
import { inTurns, limitRow, median, type Row, timed } from './measure.ts';

interface Sides {
  readonly store: WorkStore;
  readonly repository: string;
  readonly onto: string;
  /** Oldest first. */
  readonly session: readonly string[];
}

const commits = 20;
const targetCommits = 30;

/** Commits on top of `main`. The first changes a file that both sides change, each of the others adds one of its own. */
async function grow(repository: string, side: string, count: number): Promise<string[]> {
  const stream = Array.from({ length: count }, (_, number) => {
    const file = number === 0 ? 'folder-0/file-0.txt' : `${side}-${number}.txt`;
    const [content, from] = [`${side} ${number}\n`, number === 0 ? 'from refs/heads/main^0\n' : ''];
    const head = `commit refs/heads/${side}\ncommitter Ada <ada@example.com> ${1_800_000_000 + number} +0000\n`;
    return `${head}data ${content.length}\n${content}${from}M 100644 inline ${file}\ndata ${content.length}\n${content}`;
  });
  const input = `${stream.join('')}done\n`;
  const { exitCode, stderr } = await runOnHost({
    file: 'git',
    args: ['fast-import', '--quiet'],
    cwd: repository,
    input,
  });
  if (exitCode !== 0) throw new Error(`git fast-import failed: ${stderr}`);
  return (await git(repository, 'rev-list', '--reverse', `main..${side}`)).split('\n');
}

/** A session of 20 commits, and a target that moved on by 30, in a repository of 100,000 commits and 5,000 files. */
async function withSides<T>(work: (sides: Sides) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flotilla-bench-'));
  try {
    const repository = await historyOf(100_000, folder, 5_000);
    const target = await grow(repository, 'target', targetCommits);
    const session = await grow(repository, 'session', commits);
    // As every fetch of a mirror leaves it.
    await git(repository, 'commit-graph', 'write', '--reachable');
    const store = WorkStore.open(path.join(folder, 'work.git'), path.join(repository, '.git/objects'));
    return await work({ store, repository, onto: target.at(-1) ?? '', session });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a script would do: the commits, and a merge of each with the target. */
async function floor(repository: string, onto: string, picks: readonly string[]): Promise<void> {
  await git(repository, 'rev-list', `${onto}..${picks.at(-1) ?? ''}`);
  for (const commit of picks)
    await git(repository, 'merge-tree', '--write-tree', '--name-only', onto, commit).catch(() => undefined);
}

/** Two ways of finding out, in turns. */
async function compared(runs: number, below: number, what: { name: string; own: Way; floor: Way }): Promise<Row> {
  await what.own();
  const { first, second } = await inTurns(
    runs,
    () => timed(what.own),
    () => timed(what.floor),
  );
  const [row, reference] = [limitRow(what.name, first, { below }), median(second)];
  const beside = { reference, referenceName: 'git merge-tree for each', ratio: row.median / reference };
  return { ...row, ...beside, referenceSamples: second };
}

type Way = () => Promise<unknown>;

export const planRow = (runs: number): Promise<Row> =>
  withSides(({ store, repository, onto, session }) =>
    compared(runs, 300, {
      name: `plan of a landing: ${commits} commits, 100,000 behind them, 5,000 files`,
      own: () => store.replay(onto, session.at(-1) ?? ''),
      floor: () => floor(repository, onto, session),
    }),
  );

/** After a checkpoint: against the target, and against another session. */
export const forecastRow = (runs: number): Promise<Row> =>
  withSides(({ store, repository, onto, session }) =>
    compared(runs, 150, {
      name: 'forecast of a session of 5 commits, with one other session',
      own: async () => [
        await store.replay(onto, session[4] ?? ''),
        await store.tipsConflict(onto, session.at(-1) ?? ''),
      ],
      floor: () => floor(repository, onto, [...session.slice(0, 5), session.at(-1) ?? '']),
    }),
  );
