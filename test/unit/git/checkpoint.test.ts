import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type Checkpoint, checkpointCommand } from '../../../src/engine/git/checkpoint.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';

describe('a checkpoint saves a workspace without touching it', () => {
  let scratch: Scratch;
  let environment: LocalEnvironment;
  let workspace: string;

  /** Everything that a checkpoint must leave as it is. */
  const state = (): string =>
    [
      existsSync(`${workspace}/.git/index`) ? readFileSync(`${workspace}/.git/index`, 'hex') : '',
      readFileSync(`${workspace}/.git/HEAD`, 'utf8'),
      git(workspace, 'for-each-ref', 'refs/heads'),
      git(workspace, 'stash', 'list'),
    ].join('\n');

  const save = (): Checkpoint => {
    const before = state();
    const saved = environment.checkpoint();
    assert.equal(state(), before);
    return saved;
  };

  /** Names and contents of a checkpoint: the work tree, then the untracked files. */
  const files = (saved: Checkpoint, part: '' | '^2' | '^3' = ''): Record<string, string> => {
    const tree = `${saved.newest!.commit}${part}`;
    const names = git(workspace, 'ls-tree', '-r', '-z', '--name-only', tree)
      .split('\0')
      .filter((name) => name !== '');
    return Object.fromEntries(names.map((name) => [name, git(workspace, 'show', `${tree}:${name}`)]));
  };

  beforeEach(() => {
    scratch = new Scratch();
    environment = new LocalEnvironment(scratch.path('environment'));
    workspace = environment.workspace;
    makeRepository(workspace);
  });

  afterEach(() => {
    scratch.remove();
  });

  it('comes back whole with git stash apply: staged, changed, deleted and untracked files', () => {
    write(workspace, { '.gitignore': 'ignored\n', 'gone.txt': 'g\n', 'ä b.txt': 'one\n', 'run.sh': '#!/bin/sh\n' });
    commit(workspace, {});
    write(workspace, { 'staged.txt': 'staged\n', 'ä b.txt': 'staged\n' });
    git(workspace, 'add', '--all');
    write(workspace, { 'ä b.txt': 'two\n', 'new/ü.txt': 'n\n', 'line\nbreak': 'l\n', ignored: 'secret' });
    rmSync(`${workspace}/gone.txt`);
    chmodSync(`${workspace}/run.sh`, 0o755);
    symlinkSync('/etc/passwd', `${workspace}/link`);
    const status = git(workspace, 'status', '--porcelain', '-z');
    const saved = save();
    assert.deepEqual(Object.keys(files(saved, '^3')), ['line\nbreak', 'link', 'new/ü.txt']);
    git(workspace, 'reset', '--hard', '--quiet');
    git(workspace, 'clean', '-fdq');
    git(workspace, 'stash', 'apply', '--index', '--quiet', saved.commit!);
    assert.equal(git(workspace, 'status', '--porcelain', '-z'), status);
    assert.equal(readFileSync(`${workspace}/ä b.txt`, 'utf8'), 'two\n');
    assert.deepEqual([saved.nested, saved.unsaved], [[], []]);
  });

  it('makes none when nothing has changed, and one when only the mode, the index or HEAD has', () => {
    write(workspace, { a: 'a', u: 'u' });
    const first = save();
    assert.equal(first.newest?.number, 1);
    const again = save();
    assert.deepEqual([again.commit, again.newest], [undefined, first.newest]);
    chmodSync(`${workspace}/u`, 0o755);
    assert.equal(save().newest?.number, 2);
    git(workspace, 'add', 'a');
    assert.equal(save().newest?.number, 3);
    git(workspace, 'commit', '--quiet', '-m', 'x');
    const last = save();
    assert.equal(last.newest?.number, 4);
    assert.equal(last.refs.filter(({ ref }) => ref.startsWith('refs/flotilla/checkpoints/')).length, 4);
  });

  it('forgets untracked files that were deleted, tracked or ignored since', () => {
    write(workspace, { tracked: 't', deleted: 'd', ignored: 'i', stays: 's' });
    assert.deepEqual(Object.keys(files(save(), '^3')), ['deleted', 'ignored', 'stays', 'tracked']);
    git(workspace, 'add', 'tracked');
    rmSync(`${workspace}/deleted`);
    write(workspace, { '.gitignore': 'ignored\n' });
    const saved = save();
    assert.deepEqual(files(saved, '^3'), { '.gitignore': 'ignored', stays: 's' });
    assert.deepEqual(Object.keys(files(saved)), ['README.md', 'tracked']);
    git(workspace, 'rm', '--cached', '--quiet', 'tracked');
    assert.deepEqual(Object.keys(files(save(), '^3')), ['.gitignore', 'stays', 'tracked']);
  });

  it('keeps an ignored file that is tracked', () => {
    write(workspace, { '.gitignore': '*.log\n', 'kept.log': 'one' });
    git(workspace, 'add', '--force', '--all');
    git(workspace, 'commit', '--quiet', '-m', 'x');
    write(workspace, { 'kept.log': 'two' });
    assert.equal(files(save())['kept.log'], 'two');
    write(workspace, { 'kept.log': 'three' });
    assert.equal(files(save())['kept.log'], 'three');
  });

  it('works before the first commit and on a detached HEAD', () => {
    rmSync(workspace, { recursive: true });
    mkdirSync(workspace);
    git(workspace, 'init', '--quiet', '-b', 'main');
    write(workspace, { a: 'a' });
    const unborn = save();
    assert.equal(unborn.head, undefined);
    assert.deepEqual(files(unborn, '^3'), { a: 'a' });
    const head = commit(workspace, {});
    git(workspace, 'checkout', '--quiet', '--detach');
    const detached = save();
    assert.deepEqual(detached.head, { commit: head, branch: undefined });
  });

  it('saves the middle of a conflict with its marks, and the conflict stays', () => {
    git(workspace, 'checkout', '--quiet', '-b', 'side');
    commit(workspace, { 'README.md': 'side\n' });
    git(workspace, 'checkout', '--quiet', 'main');
    commit(workspace, { 'README.md': 'main\n' });
    assert.throws(() => git(workspace, 'merge', '--quiet', 'side'));
    const saved = save();
    assert.match(files(saved)['README.md']!, /<<<<<<< HEAD\nmain\n=======\nside\n>>>>>>> side/);
    assert.match(git(workspace, 'status', '--porcelain'), /^UU README\.md/);
  });

  it('names repositories inside the workspace, and files that can not be read', () => {
    makeRepository(`${workspace}/inner one`);
    git(workspace, 'init', '--quiet', 'unborn');
    git(workspace, 'init', '--quiet', 'lib/deep');
    mkdirSync(`${workspace}/empty`);
    write(workspace, { 'unborn/file': 'x', 'lib/deep/file': 'x', 'inner one/more': 'x', plain: 'p' });
    const saved = save();
    assert.deepEqual(saved.unsaved, []);
    assert.deepEqual([...saved.nested].sort(), ['inner one', 'lib/deep', 'unborn']);
    assert.deepEqual(files(saved, '^3'), { plain: 'p' });
  });

  it('runs no hook and no fsmonitor, and recovers from a broken index of its own', () => {
    const canary = scratch.path('ran');
    const script = scratch.path('script');
    writeFileSync(script, `#!/bin/sh\ntouch '${canary}'\n`, { mode: 0o755 });
    git(workspace, 'config', 'core.fsmonitor', script);
    for (const hook of ['reference-transaction', 'post-index-change', 'pre-commit'])
      writeFileSync(`${workspace}/.git/hooks/${hook}`, readFileSync(script), { mode: 0o755 });
    write(workspace, { a: 'a' });
    environment.checkpoint();
    assert.ok(!existsSync(canary));
    const [own] = readdirSync(scratch.path('environment', 'state'));
    writeFileSync(scratch.path('environment', 'state', own!, 'all'), 'DIRC garbage');
    write(workspace, { b: 'b' });
    assert.deepEqual(Object.keys(files(environment.checkpoint(), '^3')), ['a', 'b']);
  });

  it('is made whatever locks a git that was killed has left behind', () => {
    const locks = ['packed-refs.lock', 'refs/flotilla/checkpoints/2.lock', 'refs/flotilla/worktrees/other.lock'];
    write(workspace, { a: 'a' });
    commit(workspace, {});
    git(workspace, 'worktree', 'add', '--quiet', '--detach', scratch.path('other'));
    write(scratch.path('other'), { b: 'b' });
    environment.checkpoint();
    rmSync(`${workspace}/.git/refs/flotilla/worktrees`, { recursive: true });
    mkdirSync(`${workspace}/.git/refs/flotilla/worktrees`);
    for (const lock of locks) writeFileSync(`${workspace}/.git/${lock}`, '');
    write(workspace, { c: 'c' });
    const { newest, leftOut } = environment.checkpoint();
    assert.deepEqual([newest?.number, leftOut], [2, []]);
    assert.ok(git(workspace, 'for-each-ref', 'refs/flotilla/worktrees').endsWith('other'));
  });

  it('keeps the newest fifty in the workspace', () => {
    for (let at = 0; at < 53; at += 1) {
      writeFileSync(`${workspace}/counter`, `${at}`);
      // None can be forgotten meanwhile.
      const lock = `${workspace}/.git/packed-refs.lock`;
      if (at === 51) writeFileSync(lock, '');
      assert.equal(environment.checkpoint().newest?.number, at + 1);
      rmSync(lock, { force: true });
    }
    const refs = git(workspace, 'for-each-ref', '--format=%(refname:lstrip=3)', 'refs/flotilla/checkpoints')
      .split('\n')
      .map(Number);
    assert.deepEqual([refs.length, Math.min(...refs), Math.max(...refs)], [50, 4, 53]);
  }).timeout(120_000);
});

describe('what a checkpoint tells is read with suspicion', () => {
  const parse = (text: string): Checkpoint =>
    checkpointCommand('/workspaces/x').parse({ exitCode: 0, stdout: Buffer.from(text), stderr: '' });
  const id = 'a'.repeat(40);

  it('leaves out what is not of the shape it should have', () => {
    const told = parse(
      [
        `commit ${id} 1; rm -rf /`,
        `head ${id} ../../etc`,
        `ref ${id} refs/heads/good`,
        `ref ${id} refs/heads/../evil`,
        `ref ${id} refs/remotes/origin/x`,
        `ref ${id} refs/flotilla/other/heads/x`,
        `ref ${id} refs/flotilla/checkpoints/1`,
        `ref ${id} refs/flotilla/checkpoints/01`,
        `ref nonsense refs/heads/x`,
        'nested a\u001b[31mred',
      ].join('\n'),
    );
    assert.equal(told.commit, undefined);
    assert.deepEqual(told.head, { commit: id, branch: undefined });
    assert.deepEqual(
      told.refs.map(({ ref }) => ref),
      ['refs/heads/good', 'refs/flotilla/checkpoints/1'],
    );
    assert.deepEqual(told.nested, ['a?[31mred']);
  });

  it('takes a bounded number of everything', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => `ref ${id} refs/heads/b${at}\nnested n${at}`).join('\n');
    const told = parse(many);
    assert.ok(told.refs.length <= 500 && told.nested.length <= 100);
  });

  it('throws when the checkpoint failed', () => {
    assert.throws(
      () => checkpointCommand('/x').parse({ exitCode: 128, stdout: Buffer.from(''), stderr: 'fatal: no' }),
      /no$/,
    );
  });
});
