import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Checkpoint } from '../../../src/engine/git/checkpoint.ts';
import { restoreCommand } from '../../../src/engine/git/restore.ts';
import type { WorkStore } from '../../../src/engine/git/workStore.ts';
import type { Scratch } from '../../support/localEnvironment.ts';
import { commit, git, LocalEnvironment, makeRepository, write } from '../../support/localEnvironment.ts';
import { WorkBed } from '../../support/workBed.ts';

const tools = path.resolve(import.meta.dirname, '../../../media/tools');

describe('git work beside the branch that is checked out', () => {
  let bed: WorkBed;
  let scratch: Scratch;
  let environment: LocalEnvironment;
  let workspace: string;
  let store: WorkStore;
  let base: string;

  beforeEach(async () => {
    bed = await WorkBed.make();
    ({ scratch, base, store } = bed);
    environment = await bed.filled('environment');
    workspace = environment.workspace;
  });

  afterEach(() => {
    scratch.remove();
  });

  const bring = async (): Promise<Checkpoint> => {
    const told = environment.checkpoint();
    await store.receive('abc', { connect: environment.connect, refs: told.refs });
    return told;
  };
  const stored = (revision: string): string => git(scratch.path('work', 'store.git'), 'show', revision);
  const names = ({ workTrees }: Checkpoint): string[] => workTrees.map(({ name }) => name).sort();
  const worktree = (folder: string, ...args: string[]): string => {
    git(workspace, 'worktree', 'add', '--quiet', ...args, folder);
    return path.resolve(workspace, folder);
  };

  it('comes home from linked work trees: what is uncommitted, untracked, or on no branch', async () => {
    const inner = worktree('.claude/worktrees/a 1.2', '-b', 'agent');
    write(inner, { 'README.md': 'staged\n', 'new/ü.txt': 'untracked\n' });
    git(inner, 'add', 'README.md');
    write(inner, { 'README.md': 'changed\n' });
    const lone = commit(worktree(scratch.path('environment', 'outside'), '--detach'), { 'a.txt': 'lone\n' });
    worktree(scratch.path('environment', 'clean'), '-b', 'clean');
    const landing = worktree(scratch.path('environment', '.flotilla-landing', 'workspace'), '--detach');
    write(landing, { 'README.md': 'landing\n' });
    const status = git(inner, 'status', '--porcelain');
    const told = await bring();
    assert.equal(git(inner, 'status', '--porcelain'), status);
    const [outside, changed] = told.workTrees.toSorted((one, other) => one.name.localeCompare(other.name));
    assert.match(names(told).join(), /^outside,wa-1-2-[0-9a-f]{8}$/);
    assert.ok(changed !== undefined && outside?.name === 'outside');
    assert.deepEqual([told.nested, told.unsaved, told.leftOut], [[], [], []]);
    assert.equal(stored(`${changed.commit}:README.md`), 'changed');
    assert.equal(stored(`${changed.commit}^2:README.md`), 'staged');
    assert.equal(stored(`${changed.commit}^3:new/ü.txt`), 'untracked');
    assert.equal(stored(`refs/flotilla/abc/worktrees/outside/${outside.commit}:a.txt`), 'lone');
    assert.equal(git(workspace, 'rev-parse', `${outside.commit}^1`), lone);
    assert.deepEqual((await bring()).workTrees, told.workTrees, 'nothing is made where nothing has changed');
  });

  it('is no more work of a linked work tree when that is clean or gone', async () => {
    const [clean, gone] = ['clean', 'gone'].map((name) => worktree(`../${name}`, '-b', name));
    for (const folder of [clean, gone]) write(folder!, { 'README.md': 'changed\n' });
    const [first] = (await bring()).workTrees;
    assert.equal(git(workspace, 'for-each-ref', 'refs/flotilla/worktrees').split('\n').length, 2);
    commit(clean!, {});
    rmSync(gone!, { recursive: true });
    assert.deepEqual(names(await bring()), []);
    assert.equal(git(workspace, 'for-each-ref', 'refs/flotilla/worktrees'), '');
    assert.equal(stored(`refs/flotilla/abc/worktrees/clean/${first!.commit}:README.md`), 'changed');
    assert.equal(stored('refs/flotilla/abc/heads/clean:README.md'), 'changed');
  });

  it('is named when a linked work tree can not be read, or when there are too many', async () => {
    for (let at = 0; at < 21; at += 1) write(worktree(`../w${at}`, '--detach'), { 'README.md': `${at}\n` });
    worktree('../x', '--detach');
    const told = await bring();
    assert.equal(told.workTrees.length, 20);
    assert.match(told.leftOut.join(), /^work tree w\d+$/);
    const [{ name, commit: saved }] = told.workTrees as [Checkpoint['workTrees'][0]];
    const index = git(path.join(workspace, '..', name), 'rev-parse', '--absolute-git-dir');
    write(index, { index: 'no index' });
    const later = await bring();
    assert.ok(later.leftOut.includes(`work tree ${name}`));
    assert.ok(later.workTrees.some((one) => one.name === name && one.commit === saved));
  }).timeout(30_000);

  it('is named when it is in a repository inside the workspace, also a copied work tree', async () => {
    const linked = worktree('linked', '-b', 'linked');
    execFileSync('cp', ['-R', linked, `${workspace}/copied ä`]);
    makeRepository(`${linked}/deep`);
    git(workspace, 'init', '--quiet', 'lib/unborn');
    write(workspace, { 'lib/unborn/file': 'x' });
    const { nested, unsaved } = await bring();
    assert.deepEqual(unsaved, []);
    assert.deepEqual([...nested].sort(), ['"copied \\303\\244"', 'lib/unborn', `${linked}/deep`].sort());
  });

  it('is named when it is in a submodule, or in a repository that was added by mistake', async () => {
    makeRepository(scratch.path('library'));
    const url = scratch.path('library');
    git(workspace, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', url, 'lib/ä');
    commit(workspace, {});
    assert.deepEqual((await bring()).nested, []);
    write(workspace, { 'lib/ä/README.md': 'changed\n' });
    assert.deepEqual((await bring()).nested, ['"lib/\\303\\244"']);
    git(`${workspace}/lib/ä`, 'stash', '--quiet');
    assert.deepEqual((await bring()).nested, ['"lib/\\303\\244"']);
    git(`${workspace}/lib/ä`, 'stash', 'drop', '--quiet');
    assert.deepEqual((await bring()).nested, []);
    commit(`${workspace}/lib/ä`, {});
    makeRepository(`${workspace}/mistaken`);
    commit(workspace, {});
    assert.deepEqual([...(await bring()).nested].sort(), ['"lib/\\303\\244"', 'mistaken']);
  });

  it('is named when it is on a branch that no name elsewhere fits, and nowhere else', async () => {
    const long = `long/${'x'.repeat(120)}/${'y'.repeat(120)}`;
    git(workspace, 'branch', long);
    git(workspace, 'branch', 'schön');
    const tree = git(workspace, 'rev-parse', 'HEAD^{tree}');
    const lone = git(workspace, 'commit-tree', '-p', base, '-m', 'Lone', tree);
    assert.deepEqual((await bring()).leftOut, []);
    git(workspace, 'branch', '--force', long, lone);
    git(workspace, 'branch', '--force', 'schön', git(workspace, 'commit-tree', '-p', base, '-m', 'Other', tree));
    const sh = `git -C "$1" update-ref "$(printf 'refs/heads/caf\\351')" ${lone}`;
    execFileSync('sh', ['-c', sh, 'sh', workspace]);
    const told = await bring();
    assert.deepEqual([...told.leftOut].sort(), ['branch caf?', `branch ${long}`]);
    assert.ok(await store.head('abc', 'schön'));
    git(workspace, 'branch', 'plain', lone);
    assert.deepEqual((await bring()).leftOut, []);
  });

  it('is named when there are more branches than come home', () => {
    /** Branches, each with a commit that says what it is told. */
    const make = (says: (at: number) => string): void => {
      const input = Array.from({ length: 600 }, (_, at) => {
        const head = `commit refs/heads/b${String(at)}\ncommitter Ada <ada@example.org> 1700000000 +0000\n`;
        return `${head}data ${String(says(at).length)}\n${says(at)}\nfrom ${base}\n`;
      });
      execFileSync('git', ['-C', workspace, 'fast-import', '--quiet', '--force'], { input: input.join('') });
    };
    make(() => 'same');
    assert.deepEqual(environment.checkpoint().leftOut, []);
    make(String);
    const { leftOut } = environment.checkpoint();
    assert.equal(leftOut.at(-1), 'branches beyond the first hundreds');
  }).timeout(30_000);

  it('is the newest after the repository inside was made anew', async () => {
    write(workspace, { 'README.md': 'one\n' });
    await bring();
    write(workspace, { 'README.md': 'two\n' });
    const before = (await bring()).newest;
    rmSync(`${workspace}/.git`, { recursive: true });
    git(workspace, 'init', '--quiet', '-b', 'flotilla/x');
    write(workspace, { 'README.md': 'three\n' });
    const { newest } = await bring();
    assert.deepEqual([before?.number, newest?.number], [2, 3]);
    const [first] = await store.checkpoints('abc');
    assert.equal(first?.commit, newest?.commit);
    assert.equal(stored(`${await store.workTree(first!.commit)}:README.md`), 'three');
    assert.equal((await store.unpushed('abc', [base])).uncommitted, true);
    // The older ones held changes too: only the newest counts.
    commit(workspace, {});
    await bring();
    assert.equal((await store.unpushed('abc', [base])).uncommitted, false);
  });

  it('becomes a stash of a new workspace, from which a branch can be made', async () => {
    const folder = worktree('../outside', '--detach');
    const lone = commit(folder, { 'a.txt': 'lone\n' });
    write(folder, { 'a.txt': 'more\n', 'new.txt': 'new\n' });
    write(workspace, { 'README.md': 'mine\n' });
    git(workspace, 'stash', '--quiet');
    const { newest, workTrees } = await bring();
    const made = await bed.filled('made');
    const checkpoint = newest?.number;
    const command = restoreCommand({ workspace: made.workspace, sessionId: 'abc', checkpoint, workTrees, tools });
    for (const time of ['first', 'second']) {
      await store.send('abc', (signal) => made.start(command, signal));
      const list = git(made.workspace, 'stash', 'list').split('\n');
      assert.equal(list.length, 2, time);
      assert.match(list[0]!, /Work tree outside of a container/);
    }
    git(made.workspace, 'stash', 'branch', 'again', 'stash@{0}');
    assert.equal(git(made.workspace, 'rev-parse', 'HEAD'), lone);
    assert.equal(readFileSync(`${made.workspace}/a.txt`, 'utf8'), 'more\n');
    assert.equal(readFileSync(`${made.workspace}/new.txt`, 'utf8'), 'new\n');
  });

  it('is not that of others when the workspace is a linked work tree itself', async () => {
    const own = new LocalEnvironment(scratch.path('own'));
    mkdirSync(scratch.path('own'));
    worktree(own.workspace, '-b', 'own');
    write(worktree('../other', '-b', 'other'), { 'README.md': 'theirs\n' });
    write(worktree(`${own.workspace}/inner`, '-b', 'inner'), { 'README.md': 'mine\n' });
    assert.deepEqual(names(own.checkpoint()), ['inner']);
    await bring();
  });
});
