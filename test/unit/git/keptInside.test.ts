import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Checkpoint } from '../../../src/engine/git/checkpoint.ts';
import { restoreCommand } from '../../../src/engine/git/restore.ts';
import { sendMirror } from '../../../src/engine/git/sendMirror.ts';
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
  const tags = (told: Checkpoint): string[] => told.tags.map(({ name, object }) => `${name} ${object}`).sort();
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
  }).timeout(60_000);

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
  }).timeout(60_000);

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

  it('comes home from tags that hold what no branch has, the tag itself with it', async () => {
    const lone = commit(workspace, { 'a.txt': 'lone\n' });
    git(workspace, 'tag', 'plain');
    const other = commit(workspace, { 'b.txt': 'other\n' });
    git(workspace, 'tag', '--annotate', '--message=Signed off', 'release/1.0');
    git(workspace, 'tag', '--annotate', '--message=Twice', 'twice', 'release/1.0');
    const [annotated, twice] = ['release/1.0', 'twice'].map((name) => git(workspace, 'rev-parse', name));
    git(workspace, 'reset', '--quiet', '--hard', base);
    git(workspace, 'tag', 'where/the/branch/is');
    git(workspace, 'tag', 'tree', 'HEAD^{tree}');
    git(workspace, 'tag', '--annotate', '--message=File', 'file', 'HEAD:README.md');
    const told = await bring();
    assert.deepEqual([told.leftOut, told.unsaved], [[], []]);
    assert.deepEqual(tags(told), [`plain ${lone}`, `release/1.0 ${annotated!}`, `twice ${twice!}`]);
    assert.equal(stored(`refs/flotilla/abc/tags/${lone}/plain:a.txt`), 'lone');
    assert.match(stored(`refs/flotilla/abc/tags/${annotated!}/release/1.0`), /Signed off/);
    assert.equal(stored(`refs/flotilla/abc/tags/${twice!}/twice^{commit}:b.txt`), 'other');
    assert.deepEqual(
      await store.unpushedTags(told.tags, [base, lone]),
      told.tags.filter(({ name }) => name !== 'plain'),
    );
    assert.deepEqual(await store.unpushedTags(told.tags, [base, other]), []);
    assert.equal((await store.unpushed('abc', [base])).commits, 0);
    await store.deleteSession('abc');
    assert.equal(git(scratch.path('work', 'store.git'), 'for-each-ref'), '');
  });

  it('is that of tags as they are now, while what they were is kept', async () => {
    const [first, second] = ['one', 'two'].map((text) => {
      git(workspace, 'checkout', '--quiet', '--detach', base);
      return commit(workspace, { 'a.txt': text });
    });
    git(workspace, 'checkout', '--quiet', 'flotilla/x');
    git(workspace, 'tag', 'moved', first!);
    git(workspace, 'tag', 'gone', second!);
    assert.deepEqual(tags(await bring()), [`gone ${second!}`, `moved ${first!}`]);
    git(workspace, 'tag', '--force', 'moved', second!);
    git(workspace, 'tag', '--delete', 'gone');
    // A folder where a tag was.
    git(workspace, 'tag', 'gone/again', second!);
    assert.deepEqual(tags(await bring()), [`gone/again ${second!}`, `moved ${second!}`]);
    assert.equal(stored(`refs/flotilla/abc/tags/${first!}/moved:a.txt`), 'one');
    git(workspace, 'branch', 'kept', second!);
    assert.deepEqual(tags(await bring()), []);
  });

  it('is not that of tags that the workspace was filled with, but of those that were moved since', async () => {
    const origin = scratch.path('repo');
    git(origin, 'checkout', '--quiet', '--detach');
    commit(origin, { 'old.txt': 'old\n' });
    for (const name of ['v0.9', 'v1.0']) git(origin, 'tag', '--annotate', '--message=Old', name);
    await bed.mirror.ensure();
    const fetched = new LocalEnvironment(scratch.path('fetched'));
    await sendMirror({ folder: bed.mirror.folder, connect: fetched.fetch(base) });
    fetched.fill({ branch: 'flotilla/x', base, url: undefined, refs: [], objects: null });
    for (const filled of [await bed.filled('mounted'), fetched]) {
      assert.equal(git(filled.workspace, 'tag'), 'v0.9\nv1.0');
      assert.deepEqual(filled.checkpoint().tags, []);
      const moved = git(filled.workspace, 'commit-tree', '-m', 'Moved', 'HEAD^{tree}');
      git(filled.workspace, 'tag', '--force', 'v1.0', moved);
      git(filled.workspace, 'pack-refs', '--all');
      assert.deepEqual(tags(filled.checkpoint()), [`v1.0 ${moved}`]);
    }
  });

  it('is named when it is behind a tag that no name elsewhere fits, or behind too many', async () => {
    const input = Array.from({ length: 120 }, (_, at) => {
      const head = `commit refs/tags/t${String(at)}\ncommitter Ada <ada@example.org> 1700000000 +0000\n`;
      return `${head}data ${String(String(at).length)}\n${String(at)}\nfrom ${base}\n`;
    });
    const lone = git(workspace, 'commit-tree', '-p', base, '-m', 'Lone', 'HEAD^{tree}');
    git(workspace, 'tag', 'schön', lone);
    for (const name of [`long/${'x'.repeat(120)}/${'y'.repeat(120)}`, '-x', 'HEAD'])
      git(workspace, 'update-ref', `refs/tags/${name}`, lone);
    const odd = await bring();
    assert.deepEqual(tags(odd), [`schön ${lone}`]);
    assert.deepEqual([...odd.leftOut].sort(), ['tag -x', 'tag HEAD', `tag long/${'x'.repeat(120)}/${'y'.repeat(120)}`]);
    execFileSync('git', ['-C', workspace, 'fast-import', '--quiet'], { input: input.join('') });
    const many = await bring();
    assert.ok(many.tags.length > 40 && many.tags.length <= 50);
    assert.equal(many.leftOut.at(-1), 'tags beyond the first hundred');
    git(workspace, 'branch', '--force', 'lone', lone);
    execFileSync('git', ['-C', workspace, 'fast-import', '--quiet', '--force'], {
      input: input.join('').replaceAll('refs/tags/t', 'refs/heads/t'),
    });
    const held = environment.checkpoint();
    assert.deepEqual([held.tags, held.leftOut], [[], []]);
  }).timeout(60_000);

  it('becomes a stash of a new workspace, from which a branch can be made, and tags become tags again', async () => {
    const folder = worktree('../outside', '--detach');
    const lone = commit(folder, { 'a.txt': 'lone\n' });
    write(folder, { 'a.txt': 'more\n', 'new.txt': 'new\n' });
    write(workspace, { 'README.md': 'mine\n' });
    git(workspace, 'stash', '--quiet');
    git(workspace, 'tag', '--annotate', '--message=Mine', 'deep/v1', lone);
    git(workspace, 'tag', 'taken', lone);
    git(workspace, 'tag', 'deleted', lone);
    await bring();
    git(workspace, 'tag', '--delete', 'deleted');
    const { newest, workTrees, tags: local } = await bring();
    const made = await bed.filled('made');
    git(made.workspace, 'tag', 'taken/by/origin', base);
    const checkpoint = newest?.number;
    const command = restoreCommand({
      workspace: made.workspace,
      sessionId: 'abc',
      checkpoint,
      workTrees,
      tags: local,
      tools,
    });
    for (const time of ['first', 'second']) {
      await store.send('abc', (signal) => made.start(command, signal));
      const list = git(made.workspace, 'stash', 'list').split('\n');
      assert.equal(list.length, 2, time);
      assert.match(list[0]!, /Work tree outside of a container/);
      assert.match(git(made.workspace, 'cat-file', 'tag', 'deep/v1'), /Mine/);
      assert.deepEqual(git(made.workspace, 'tag').split('\n'), ['deep/v1', 'restored/taken', 'taken/by/origin']);
      assert.equal(git(made.workspace, 'rev-parse', 'deep/v1^{commit}', 'restored/taken'), `${lone}\n${lone}`);
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
