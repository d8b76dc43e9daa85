import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Mirror } from '../../../src/engine/git/mirror.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import type { LocalEnvironment, Scratch } from '../../support/localEnvironment.ts';
import { commit, git, makeRepository, write } from '../../support/localEnvironment.ts';
import { WorkBed } from '../../support/workBed.ts';

describe('work comes home from an environment', () => {
  let scratch: Scratch;
  let environment: LocalEnvironment;
  let store: WorkStore;
  let mirror: Mirror;
  let base: string;

  beforeEach(async () => {
    const bed = await WorkBed.make();
    ({ scratch, base, mirror, store } = bed);
    environment = await bed.filled('environment');
  });

  afterEach(() => {
    scratch.remove();
  });

  it('brings a commit and a checkpoint with untracked files', async () => {
    const made = commit(environment.workspace, { 'a.txt': 'one\n' });
    write(environment.workspace, { 'a.txt': 'two\n', 'new.txt': 'new\n' });
    const checkpoint = environment.checkpoint();
    await store.receive('abc', { connect: environment.connect });
    assert.equal(await store.head('abc', 'flotilla/x'), made);
    assert.equal(await store.ahead(base, made), 1);
    assert.equal((await store.commits(base, made))[0]?.subject, 'Change');
    const tree = await store.workTree(checkpoint.commit!);
    const { files, patch } = await store.diff(base, tree);
    assert.deepEqual(
      files.map(({ path, status, added }) => ({ path, status, added })),
      [
        { path: 'a.txt', status: 'added', added: 1 },
        { path: 'new.txt', status: 'added', added: 1 },
      ],
    );
    assert.match(patch!, /\+two/);
    assert.deepEqual(await store.unpushed('abc', [base]), { commits: 1, uncommitted: true });
  });

  it('sees a change of the same size made in the very moment of a commit', () => {
    for (const round of Array.from({ length: 8 }, (_, index) => String(index % 10))) {
      commit(environment.workspace, { 'a.txt': `${round} one\n` });
      write(environment.workspace, { 'a.txt': `${round} two\n` });
      const saved = environment.checkpoint().commit!;
      assert.equal(git(environment.workspace, 'show', `${saved}:a.txt`).trim(), `${round} two`);
    }
  });

  it('loses nothing when a branch is moved by force, or deleted', async () => {
    const first = commit(environment.workspace, { 'a.txt': 'one\n' });
    await store.receive('abc', { connect: environment.connect });
    git(environment.workspace, 'reset', '--hard', '--quiet', base);
    const second = commit(environment.workspace, { 'b.txt': 'two\n' });
    await store.receive('abc', { connect: environment.connect });
    assert.equal(await store.head('abc', 'flotilla/x'), second);
    git(environment.workspace, 'checkout', '--quiet', '-b', 'elsewhere');
    git(environment.workspace, 'branch', '-D', 'flotilla/x');
    await store.receive('abc', { connect: environment.connect });
    assert.equal(await store.head('abc', 'flotilla/x'), second);
    assert.equal(git(scratch.path('work', 'store.git'), 'rev-parse', 'refs/flotilla/abc/previous/1'), first);
    assert.deepEqual(await store.unpushed('abc', [base]), { commits: 2, uncommitted: false });
  });

  it('is missed when it would go: commits that no branch has, and what is only in the index', async () => {
    git(environment.workspace, 'checkout', '--quiet', '--detach');
    commit(environment.workspace, { 'a.txt': 'one\n' });
    environment.checkpoint();
    await store.receive('abc', { connect: environment.connect });
    assert.deepEqual(await store.unpushed('abc', [base]), { commits: 1, uncommitted: false });
    // Left behind for the branch, it is in the older checkpoint alone.
    git(environment.workspace, 'checkout', '--quiet', 'flotilla/x');
    environment.checkpoint();
    await store.receive('abc', { connect: environment.connect });
    assert.deepEqual(await store.unpushed('abc', [base]), { commits: 1, uncommitted: false });
    write(environment.workspace, { 'README.md': 'staged\n' });
    git(environment.workspace, 'add', 'README.md');
    write(environment.workspace, { 'README.md': 'hello\n' });
    environment.checkpoint();
    await store.receive('abc', { connect: environment.connect });
    assert.deepEqual(await store.unpushed('abc', [base]), { commits: 1, uncommitted: true });
  });

  it('brings what was stashed away, all of it', async () => {
    for (const text of ['one', 'two']) {
      write(environment.workspace, { 'README.md': text });
      git(environment.workspace, 'stash', '--quiet');
    }
    const { refs, stashes } = environment.checkpoint();
    assert.equal(stashes, 2);
    await store.receive('abc', { connect: environment.connect, refs });
    for (const [at, text] of ['two', 'one'].entries()) {
      const stash = git(environment.workspace, 'rev-parse', `stash@{${at}}`);
      assert.equal(git(scratch.path('work', 'store.git'), 'show', `refs/flotilla/abc/stash/${stash}:README.md`), text);
    }
  });

  /** The branch stands on one of another repository that is cut off. Answers that repository, and a commit on top. */
  const cutOff = (): { readonly other: string; readonly made: string } => {
    const other = scratch.path('other');
    makeRepository(other);
    commit(other, { 'a.txt': 'one\n' });
    commit(other, { 'a.txt': 'two\n' });
    git(environment.workspace, 'fetch', '--quiet', '--depth=1', `file://${other}`, 'main');
    git(environment.workspace, 'checkout', '--quiet', '-B', 'flotilla/x', 'FETCH_HEAD');
    return { other, made: commit(environment.workspace, { 'b.txt': 'mine\n' }) };
  };

  it('is kept also when the environment lacks a part of its history that it should have', async () => {
    cutOff();
    const { refs } = environment.checkpoint();
    await store.receive('abc', { connect: environment.connect, refs });
    rmSync(`${environment.workspace}/.git/shallow`);
    const made = commit(environment.workspace, { 'b.txt': 'more\n' });
    const later = environment.checkpoint();
    assert.equal(later.shallow, false);
    await store.receive('abc', { connect: environment.connect, refs: later.refs, whole: base });
    assert.equal(await store.head('abc', 'flotilla/x'), made);
  });

  it('is made whole once the environment has all of a history that was cut off', async () => {
    const { other, made } = cutOff();
    const bring = async (): Promise<boolean> => {
      const { refs, shallow } = environment.checkpoint();
      await store.receive('abc', { connect: environment.connect, refs, whole: shallow ? undefined : base });
      return shallow;
    };
    assert.equal(await bring(), true);
    assert.equal(await store.head('abc', 'flotilla/x'), made);
    await assert.rejects(store.ahead(base, made));
    git(environment.workspace, 'fetch', '--quiet', '--unshallow', `file://${other}`);
    assert.equal(await bring(), false);
    assert.equal(
      await store.ahead(base, made),
      Number(git(environment.workspace, 'rev-list', '--count', `${base}..${made}`)),
    );
  });

  it('is not kept out for ever by a lock that a crash left behind', async () => {
    await store.receive('abc', { connect: environment.connect });
    const later = scratch.path('work', 'later.git');
    cpSync(scratch.path('work', 'store.git'), later, { recursive: true });
    for (const lock of ['packed-refs.lock', 'refs/flotilla/abc/heads/flotilla/x.lock'])
      writeFileSync(path.join(later, lock), '');
    const made = commit(environment.workspace, { 'b.txt': 'two\n' });
    const reopened = WorkStore.open(later, mirror.objectsFolder);
    await reopened.receive('abc', { connect: environment.connect });
    assert.equal(await reopened.head('abc', 'flotilla/x'), made);
  });

  it('stays one small store however often work comes home', async () => {
    let head = base;
    for (let at = 0; at < 55; at += 1) {
      head = commit(environment.workspace, { 'a.txt': `${at}\n` });
      await store.receive('abc', {
        connect: environment.connect,
        refs: [{ ref: 'refs/heads/flotilla/x', commit: head }],
      });
    }
    const packs = readdirSync(scratch.path('work', 'store.git', 'objects', 'pack')).filter((name) =>
      name.endsWith('.pack'),
    );
    assert.ok(packs.length < 10, `${packs.length} packs`);
    assert.equal(await store.ahead(base, head), 55);
    assert.match(git(scratch.path('work', 'store.git'), 'count-objects', '-v'), /in-pack: 165\n/);
  }).timeout(120_000);
});
