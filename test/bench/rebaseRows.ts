import path from 'node:path';
import { runOnHost } from '../../src/engine/process/run.ts';
import { inTurns, type Row, ratioRow } from './measure.ts';

const media = path.resolve(import.meta.dirname, '../../media');
const workspace = '/workspaces/repo';

/** 5,000 files in 100 folders; the session has made 20 commits since it parted from the target, and the target too. */
const setup = `
set -e
mkdir ${workspace} && cd ${workspace} && git init -q -b main
git config user.name Ada && git config user.email ada@example.org && git config advice.detachedHead false
for d in $(seq 100); do mkdir d$d; for f in $(seq 50); do echo "file $d $f" >d$d/f$f; done; done
git add -A && git commit -qm base && git checkout -q -b work
for i in $(seq 20); do echo "work $i" >>d$i/f1; git commit -qam "work $i"; done
git checkout -q main
for i in $(seq 20); do echo "main $i" >>d$i/f2; git commit -qam "main $i"; done
git checkout -q work && git tag head
`;

/** Prints how long the middle took, in milliseconds; what comes before and after is not counted. */
const timed = (command: string, after: string): string => `
set -e
cd ${workspace}
s=$(date +%s%N); ${command} >/tmp/said 2>&1 || { cat /tmp/said >&2; exit 1; }; e=$(date +%s%N)
${after}
echo $(( (e - s) / 10000 ))
`;

const landing = `sh /flotilla-media/tools/landing.sh ${workspace}`;
const ends = '$(git rev-parse head) $(git rev-parse main)';
const same = '[ "$(git rev-parse HEAD^{tree})" = "$(cat /tmp/tree)" ]';
const ways = {
  plain: timed('git rebase main', 'git rev-parse HEAD^{tree} >/tmp/tree; git reset -q --hard head'),
  own: timed(
    `${landing} begin ${ends}`,
    `[ "$(git rev-parse refs/flotilla/landing/result^{tree})" = "$(cat /tmp/tree)" ]; ${landing} abort`,
  ),
  moved: timed(
    `{ ${landing} begin ${ends}; sh /flotilla-media/tools/landing-move.sh ${workspace} move $(git rev-parse head refs/flotilla/landing/result); }`,
    `${same}; git reset -q --hard head; ${landing} abort`,
  ),
} as const;

async function docker(args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runOnHost({ file: 'docker', args });
  if (exitCode !== 0) throw new Error(`docker ${args[0] ?? ''} ended with ${String(exitCode)}: ${stderr}`);
  return stdout.toString('utf8').trim();
}

/** A clean rebase of 20 commits in a container, beside plain git there: alone, and with the move of the session's tree. */
export async function rebaseRows(runs: number, image: string): Promise<Row[]> {
  const limits = ['--cap-drop', 'ALL', '--network', 'none', '--label', 'flotilla.bench=rebase'];
  const container = await docker([
    'run',
    '-d',
    '--rm',
    '--init',
    ...limits,
    '-v',
    `${media}:/flotilla-media:ro`,
    image,
    'sleep',
    '3600',
  ]);
  const sh = (script: string): Promise<string> => docker(['exec', container, 'sh', '-c', script]);
  const measure = (way: keyof typeof ways) => async (): Promise<number> => Number(await sh(ways[way])) / 100;
  try {
    await sh(setup);
    for (const way of ['plain', 'own', 'moved'] as const) await measure(way)();
    const alone = await inTurns(runs, measure('own'), measure('plain'));
    const moved = await inTurns(runs, measure('moved'), measure('plain'));
    const plain = (samples: number[]) => ({ name: 'git rebase', samples });
    return [
      ratioRow('clean rebase of 20 commits, 5,000 files', alone.first, plain(alone.second), 1.3),
      ratioRow("the same with the move of the session's tree", moved.first, plain(moved.second)),
    ];
  } finally {
    await docker(['rm', '-f', '-v', container]);
  }
}
