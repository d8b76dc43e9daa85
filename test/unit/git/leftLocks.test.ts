import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { removeLocks } from '../../../src/engine/git/leftovers.ts';
import { inOwnRepository, ownRepository } from '../../../src/engine/git/ownRepositories.ts';
import { LandingGround } from '../../support/crashPoints/landingGround.ts';
import { git, makeRepository, Scratch } from '../../support/localEnvironment.ts';
import { cannotRunHere } from '../../support/skips.ts';

const lock = (...place: string[]): string => {
  const file = path.join(...place);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
};

describe('a lock that a killed git left in a session', function () {
  this.timeout(60_000);
  const scratch = new Scratch();
  let ground: LandingGround;
  let gitFolder: string;

  beforeEach(() => {
    const folder = scratch.path('bed');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    ground = new LandingGround(folder);
    gitFolder = path.join(ground.workspace, '.git');
  });
  after(() => {
    scratch.remove();
  });

  it("keeps no resumed landing from its commit's tree, with the refs locked and half written", () => {
    ground.settled();
    const { commands } = ground;
    const done = ground.must(ground.ask(commands.continue));
    rmSync(path.join(gitFolder, 'flotilla-landing/done'));
    const names = ['packed-refs.lock', 'packed-refs.new', 'refs/flotilla/landing/result.lock'];
    const locks = names.map((name) => lock(gitFolder, name));
    assert.deepEqual(ground.ask(commands.resume), done);
    assert.deepEqual(locks.filter(existsSync), []);
  });

  it('keeps nobody from going on at a conflict', () => {
    ground.settled();
    const [name = ''] = readdirSync(path.join(gitFolder, 'worktrees'));
    lock(gitFolder, 'worktrees', name, 'index.lock');
    lock(gitFolder, 'flotilla-landing/look.lock');
    assert.equal(ground.ask(ground.commands.continue).state, 'done');
  });

  it('keeps no landing from its backup', () => {
    const result = ground.rebased();
    ground.must(ground.ask(ground.commands.move(ground.head, result)));
    lock(gitFolder, 'refs/flotilla/landing/before-1.lock');
    assert.equal(ground.moved(result), 'ok');
    assert.equal(git(ground.workspace, 'rev-parse', 'refs/flotilla/landing/before-1'), ground.head);
  });

  it('is taken from the index when a move had just begun, and else stays', () => {
    const result = ground.rebased();
    const index = lock(gitFolder, 'index.lock');
    assert.throws(() => ground.moved(result), /locked/);
    assert.ok(existsSync(index));
    mkdirSync(path.join(gitFolder, 'flotilla-move.new'));
    ground.moved(result);
    assert.ok(!existsSync(index));
  });
});

describe('a lock of a git that lives', () => {
  const scratch = new Scratch();
  const tools = path.resolve(import.meta.dirname, '../../../media/tools/locks.sh');
  const repository = scratch.path('repository');
  const linked = scratch.path('linked');
  const living: ChildProcess[] = [];

  before(() => {
    makeRepository(repository);
    git(repository, 'worktree', 'add', '-q', linked);
  });
  afterEach(() => {
    for (const child of living.splice(0)) child.kill('SIGKILL');
  });
  after(() => {
    scratch.remove();
  });
  /** Starts a git that waits. */
  async function live(cwd: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const child = spawn('git', [...args, 'cat-file', '--batch'], { cwd, env: { ...process.env, ...env } });
    living.push(child);
    child.stdin.write('HEAD\n');
    await once(child.stdout, 'data');
  }
  function isFreed(): boolean {
    const file = lock(repository, '.git/packed-refs.lock');
    const script = '. "$1"; set -eu; free_packed_refs "$2/.git" "$2" || echo stays';
    const said = execFileSync('sh', ['-c', script, 'sh', tools, repository], { encoding: 'utf8' });
    assert.equal(existsSync(file), said === 'stays\n');
    return !existsSync(file);
  }

  it('goes when there is none', () => {
    assert.ok(isFreed());
  });

  it('stays when it runs in a linked work tree, however git notes where that is', async () => {
    await live(linked);
    assert.ok(!isFreed());
    const note = path.join(repository, '.git/worktrees/linked/gitdir');
    writeFileSync(note, `${path.relative(path.dirname(note), linked)}/.git\n`);
    assert.ok(!isFreed());
  });

  it('stays when it runs elsewhere, and was given the repository', async () => {
    await live(scratch.folder, [`--git-dir=${repository}/.git`]);
    assert.ok(!isFreed());
    living.pop()?.kill('SIGKILL');
    await live(scratch.folder, ['--git-dir', 'repository/.git']);
    assert.ok(!isFreed());
    living.pop()?.kill('SIGKILL');
    await live(scratch.folder, [], { GIT_DIR: path.join(repository, '.git') });
    assert.ok(!isFreed());
  });

  it("stays when it is another user's, of whom nobody is told where it runs", async function () {
    if (process.getuid?.() !== 0) return cannotRunHere(this, 'only root can be two users');
    await live(repository);
    const script = `${readFileSync(tools, 'utf8')}\ngit_at_work /nowhere`;
    execFileSync('sh', ['-c', script], { cwd: '/', uid: 65534, gid: 65534 });
  });
});

describe("a lock in the engine's own repository", () => {
  const scratch = new Scratch();
  after(() => {
    scratch.remove();
  });
  const call = (folder: string) => ({ folder, args: ['update-ref'] });
  const run = (folder: string, whole: boolean, work: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
    inOwnRepository(call(folder), work, () => whole);

  it('goes with the git that was killed, once no other writes there', async () => {
    const folder = scratch.path('own');
    makeRepository(folder);
    ownRepository(folder);
    const file = lock(folder, 'refs/flotilla/a/heads/x.lock');
    const other = Promise.withResolvers<undefined>();
    const writing = run(folder, true, () => other.promise);
    await run(folder, false);
    assert.ok(existsSync(file), 'it may be the lock of the other');
    other.resolve(undefined);
    await writing;
    assert.ok(!existsSync(file));
  });

  it('stays after a git that came to its end, and in a repository that is not its own', async () => {
    const folder = scratch.path('other');
    makeRepository(folder);
    const file = lock(folder, 'refs/heads/x.lock');
    await run(folder, false);
    ownRepository(folder);
    await run(folder, true);
    assert.ok(existsSync(file));
  });

  it('is found wherever git writes', async () => {
    const folder = scratch.path('found');
    makeRepository(folder);
    const names = ['packed-refs.new', 'packed-refs.lock', 'refs/a/b.lock', 'objects/info/commit-graphs/chain.lock'];
    const files = names.map((name) => lock(folder, name));
    await removeLocks(folder);
    assert.deepEqual(files.filter(existsSync), []);
  });
});
