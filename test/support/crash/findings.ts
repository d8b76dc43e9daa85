import { existsSync, globSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '../../../src/engine/base/clock.ts';
import { runOnHost } from '../../../src/engine/process/run.ts';
import type { Session } from '../../../src/protocol/session.ts';
import type { CrashBed } from './crashBed.ts';

/** What is wrong after a crash and all that followed; nothing, when the promises hold. */
export interface Findings {
  /** Commits and changes of a session that the work store does not have. */
  readonly lost: readonly string[];
  /** What is there and belongs to no session, or twice: containers, volumes, networks, processes, folders, refs, unfinished files. */
  readonly orphans: readonly string[];
  /** What the record says and is not so. */
  readonly wrong: readonly string[];
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const home = (bed: CrashBed, ...parts: string[]): string => path.join(bed.flotilla.folder, 'home/data', ...parts);

async function listed(bed: CrashBed, ...args: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await bed.docker(...args);
  if (exitCode !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
  return lines(stdout.toString('utf8'));
}

/** Looks everywhere. Sessions must be at rest. */
export async function findings(bed: CrashBed): Promise<Findings> {
  const { sessions } = await bed.call('session.list', {});
  const each = await Promise.all(sessions.map((session) => ofSession(bed, session)));
  return {
    lost: each.flatMap(({ lost }) => lost),
    orphans: [
      ...each.flatMap(({ doubled }) => doubled),
      ...(await unowned(bed, sessions)),
      ...(await processes(bed)),
      ...unfinished(bed),
    ],
    wrong: [...each.flatMap(({ wrong }) => wrong), ...(await unsound(bed))],
  };
}

interface Own {
  readonly lost: string[];
  readonly doubled: string[];
  readonly wrong: string[];
}

async function ofSession(bed: CrashBed, session: Session): Promise<Own> {
  const label = `label=flotilla.session=${session.id}`;
  const containers = await listed(bed, 'ps', '--all', '--quiet', '--no-trunc', '--filter', label);
  const volumes = await listed(bed, 'volume', 'ls', '--quiet', '--filter', label);
  const wrong = wrongOf(session, containers);
  if (session.environment === undefined)
    return { lost: [], doubled: volumes.map((volume) => `volume ${volume}`), wrong };
  const doubled = [...containers.slice(1), ...volumes.slice(2), ...(await worktrees(bed, session))];
  return { lost: await lostOf(bed, session), doubled: doubled.map((thing) => `${session.id}: ${thing}`), wrong };
}

function wrongOf({ id, environment, state, reason }: Session, containers: readonly string[]): string[] {
  const found: string[] = [];
  if (environment !== undefined && !containers.includes(environment.id)) found.push(`${id}: no container`);
  if (environment === undefined && containers.length > 0) found.push(`${id}: a container that the record lacks`);
  if (reason.message === '' || reason.code === 'internal') found.push(`${id}: ${state} without a reason`);
  if (['starting', 'queued', 'running'].includes(state)) found.push(`${id}: still ${state}`);
  return found;
}

/** A commit's own maintenance goes on without it for a moment, and holds a lock; one that was left stays. */
const locks =
  'for try in $(seq 150); do locks=$(find .git -name "*.lock"); [ -n "$locks" ] || break; sleep 0.2; done; echo "$locks"';

async function worktrees(bed: CrashBed, session: Session): Promise<string[]> {
  const said = await bed.inside(session, `git worktree list --porcelain | grep ^worktree; ${locks}`);
  return lines(said).slice(1);
}

/** What was made inside, against what the work store holds. */
async function lostOf(bed: CrashBed, session: Session): Promise<string[]> {
  const { id, base, repository } = session;
  const diff = await bed.call('session.diff', { session: id, patch: false });
  const all = `git rev-list --branches --glob=refs/flotilla/checkpoints/* HEAD --not ${base.commit}`;
  const made = lines(await bed.inside(session, all));
  const input = made.map((commit) => `${commit}\n`).join('');
  const store = home(bed, 'work', `${repository.id}.git`);
  const checked = await runOnHost({ file: 'git', args: ['-C', store, 'cat-file', '--batch-check'], input });
  const missing = lines(checked.stdout.toString('utf8')).filter((line) => !line.includes(' commit '));
  const saved = new Set(diff.files.map((file) => file.path));
  const loose = lines(await bed.inside(session, 'git status --porcelain')).map((line) => line.trim().split(' ').at(-1));
  return [
    ...missing.map((line) => `${id}: commit ${line}`),
    ...loose.filter((name) => name !== undefined && !saved.has(name)).map((name) => `${id}: ${String(name)}`),
  ];
}

/** In Docker, in the data folder and in the work stores. */
async function unowned(bed: CrashBed, sessions: readonly Session[]): Promise<string[]> {
  const known = sessions.map(({ id }) => id);
  const isKnown = (name: string): boolean => known.some((id) => name.includes(id));
  const all = await bed.left();
  const owned = await Promise.all(known.map((id) => bed.left(id)));
  const folders = readdirSync(home(bed, 'sessions')).filter((name) => !isKnown(name));
  const refs = await Promise.all(
    globSync('*.git', { cwd: home(bed, 'work') }).map(async (store) => {
      const args = ['-C', home(bed, 'work', store), 'for-each-ref', '--format=%(refname)'];
      const { stdout } = await runOnHost({ file: 'git', args });
      return lines(stdout.toString('utf8')).filter((name) => !isKnown(name));
    }),
  );
  const lone = all.filter((thing) => !owned.flat().includes(thing));
  return [...lone, ...folders.map((name) => `folder ${name}`), ...refs.flat()];
}

/** Programs that somebody started for this Flotilla and that are not its engine. One that finds another engine in its place takes a moment to leave. */
async function processes(bed: CrashBed): Promise<string[]> {
  const engine = await bed.enginePid();
  for (const end = Date.now() + 30_000; ;) {
    const { stdout } = await runOnHost({ file: 'ps', args: ['-eo', 'pid=,args='] });
    const own = lines(stdout.toString('utf8')).filter((line) => line.includes(bed.flotilla.folder));
    const others = own.filter((line) => Number(line.trim().split(' ')[0]) !== engine);
    if (others.length === 0 || Date.now() > end) return others.map((line) => `process ${line.trim().slice(0, 200)}`);
    await sleep(100);
  }
}

/** Locks and half-written files that would keep others out. */
const unfinished = (bed: CrashBed): string[] =>
  ['mirrors', 'work']
    .filter((folder) => existsSync(home(bed, folder)))
    .flatMap((folder) => globSync(`${folder}/**/{*.lock,tmp_*}`, { cwd: home(bed) }));

async function unsound(bed: CrashBed): Promise<string[]> {
  const stores = globSync('*.git', { cwd: home(bed, 'work') });
  const results = await Promise.all(
    stores.map((store) =>
      runOnHost({
        file: 'git',
        args: ['-C', home(bed, 'work', store), 'fsck', '--connectivity-only', '--no-dangling'],
      }),
    ),
  );
  return results.flatMap(({ exitCode, stderr }) => (exitCode === 0 ? [] : [`git fsck: ${stderr}`]));
}
