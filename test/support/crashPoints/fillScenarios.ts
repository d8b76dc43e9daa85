import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { checkpointCommand } from '../../../src/engine/git/checkpoint.ts';
import { fillCommand } from '../../../src/engine/git/fill.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { restoreCommand } from '../../../src/engine/git/restore.ts';
import { fetchCommand, sendMirror } from '../../../src/engine/git/sendMirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import { commit, git, LocalEnvironment, makeRepository, write } from '../localEnvironment.ts';
import { filesOf } from '../rebaseBed.ts';
import { type Killer, killVariables, type KillPoint, type Run } from './killer.ts';
import type { MakeScenario, Scenario } from './scenario.ts';

const tools = path.resolve(import.meta.dirname, '../../../media/tools');

const contents = (workspace: string): unknown => ({
  files: filesOf(workspace),
  status: git(workspace, 'status', '--porcelain', '--untracked-files=all'),
  index: git(workspace, 'ls-files', '--stage'),
  stash: git(workspace, 'stash', 'list', '--format=%H'),
});

/** A mirror with branches, and a workspace's folder beside it that is not there yet. */
async function origin(folder: string) {
  const repository = path.join(folder, 'repository');
  makeRepository(repository);
  const base = commit(repository, { 'a.txt': 'a\n', 'deep/b.txt': 'b\n' });
  git(repository, 'branch', 'other');
  git(repository, 'tag', 'v1');
  const mirror = Mirror.at(path.join(folder, 'mirrors'), await resolveSource(repository));
  await mirror.ensure();
  const workspace = path.join(folder, 'bed', 'workspace');
  mkdirSync(path.dirname(workspace));
  const identity = { name: 'Ada', email: 'ada@example.org' };
  const refs = await mirror.refs();
  const fill = (objects: string | null): Run =>
    fillCommand({ workspace, branch: 'flotilla/x', base, url: undefined, identity, refs, objects, tools });
  return { mirror, base, workspace, fill };
}

function execute({ command: [file = '', ...args], input = '' }: Run): void {
  execFileSync(file, args, { input, env: { ...process.env, ...killVariables }, stdio: 'pipe' });
}

/** A workspace is filled with the mirror's objects beside it. */
async function filled(folder: string): Promise<Scenario> {
  const { mirror, workspace, fill } = await origin(folder);
  const run = fill(mirror.objectsFolder);
  return {
    folder: path.dirname(workspace),
    repositories: [workspace],
    run: (killer, point) => killer.run(run, point),
    goOn: () => {
      execute(run);
      return contents(workspace);
    },
  };
}

type Stream = (killer: Killer, point: KillPoint) => Promise<void>;

/** A command in the workspace with the engine at the other end of its streams. `then` comes after it when it has gone on. */
function streaming(workspace: string, stream: Stream, then: () => void): Scenario {
  let last: Killer | undefined;
  return {
    folder: path.dirname(workspace),
    repositories: [workspace],
    run: async (killer, point) => {
      last = killer;
      await stream(killer, point).catch(() => undefined);
      return killer.seen();
    },
    goOn: async () => {
      if (last !== undefined) await stream(last, { at: 0 });
      then();
      return contents(workspace);
    },
  };
}

/** A workspace is filled through a stream. */
async function streamed(folder: string): Promise<Scenario> {
  const { mirror, base, workspace, fill } = await origin(folder);
  const command = fetchCommand(workspace, base, tools);
  const fetched: Stream = (killer, point) =>
    sendMirror({ folder: mirror.folder, connect: () => Promise.resolve(killer.start({ command }, point)) });
  return streaming(workspace, fetched, () => {
    execute(fill(null));
  });
}

/** Commits, a branch, a stash, uncommitted files and a linked work tree. */
function work(workspace: string, linked: string): void {
  git(workspace, 'config', 'user.name', 'Ada');
  commit(workspace, { 'a.txt': 'one\n' });
  git(workspace, 'branch', 'beside');
  write(workspace, { 'a.txt': 'two\n', 'new/loose.txt': 'loose\n' });
  git(workspace, 'stash', '--quiet');
  git(workspace, 'stash', 'apply', '--quiet');
  git(workspace, 'worktree', 'add', '--quiet', '--detach', linked);
  write(linked, { linked: 'l\n' });
}

/** What came home of a session is put into a new workspace: branches, a checkpoint, a stash and a linked work tree. */
async function putBack(folder: string): Promise<Scenario> {
  const { mirror, workspace, fill } = await origin(folder);
  const lost = new LocalEnvironment(path.join(folder, 'lost'));
  execute(fill(mirror.objectsFolder));
  mkdirSync(path.dirname(lost.workspace));
  renameSync(workspace, lost.workspace);
  work(lost.workspace, path.join(folder, 'linked'));
  const checkpoint = checkpointCommand(lost.workspace, { tools, state: path.join(folder, 'state') });
  const { newest, refs, workTrees } = checkpoint.parse({
    exitCode: 0,
    stdout: lost.run(checkpoint.command),
    stderr: '',
  });
  const store = WorkStore.open(path.join(folder, 'store.git'), mirror.objectsFolder);
  await store.receive('abc', { connect: lost.connect, refs });
  execute(fill(mirror.objectsFolder));
  rmSync(path.join(folder, 'lost'), { recursive: true });
  const command = restoreCommand({ workspace, sessionId: 'abc', checkpoint: newest?.number, workTrees, tools });
  const restored: Stream = (killer, point) =>
    store.send('abc', () => Promise.resolve(killer.start({ command }, point)));
  return streaming(workspace, restored, () => undefined);
}

export const fillScenarios: Readonly<Record<string, MakeScenario>> = {
  'a fill': filled,
  'a fill through a stream': streamed,
  'a restore': putBack,
};
