import assert from 'node:assert/strict';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { type WalkLimits, walkLimits } from '../../../src/engine/git/treeSizes.ts';
import { requireWalkable } from '../../../src/engine/git/walkable.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch } from '../../support/localEnvironment.ts';
import { treeBomb } from '../../support/treeBomb.ts';

describe('a tree that holds more than can be', () => {
  let scratch: Scratch;
  let folder: string;
  beforeEach(() => {
    scratch = new Scratch();
    folder = scratch.path('repository');
    makeRepository(folder);
  });
  afterEach(() => {
    scratch.remove();
  });
  const isRefused = (error: unknown): boolean => FlotillaError.is(error, 'limit-reached');

  it('is found out before git goes through it, of files as of empty folders', async () => {
    for (const leaf of ['file', undefined])
      await assert.rejects(requireWalkable(folder, [treeBomb(folder, 10, leaf)]), isRefused);
  });

  it('is found out when it comes after it was asked for', async () => {
    const other = scratch.path('other');
    makeRepository(other);
    const late = treeBomb(other, 10, 'late');
    await requireWalkable(folder, [late]);
    assert.equal(treeBomb(folder, 10, 'late'), late);
    await assert.rejects(requireWalkable(folder, [late]), isRefused);
  });

  it('is any real project not', async () => {
    await requireWalkable(folder, [commit(folder, { 'a/b/c.txt': 'c', 'line\nbreak': 'x' })]);
    const limit: WalkLimits = { ...walkLimits, entries: 3 };
    // README.md, a, a/b, a/b/c.txt and the one with a line break; their paths with an end each have 37 bytes.
    const id = commit(folder, { 'a/b/c.txt': 'd', 'line\nbreak': 'y' });
    await requireWalkable(folder, [id], undefined, { ...limit, entries: 5, bytes: 37, depth: 2 });
    const other = commit(folder, { 'a/b/c.txt': 'dd', 'line\nbreak': 'yy' });
    for (const less of [{ entries: 4 }, { bytes: 36 }, { depth: 1 }, { folders: 1 }, { read: 100 }])
      await assert.rejects(requireWalkable(folder, [other], undefined, { ...limit, entries: 5, ...less }), isRefused);
    await assert.rejects(
      requireWalkable(folder, [commit(folder, { 'a/b/c.txt': 'e', more: 'z' })], undefined, limit),
      isRefused,
    );
  });

  it('ends with the signal', async () => {
    const id = commit(folder, { x: 'x' });
    await assert.rejects(requireWalkable(folder, [id], AbortSignal.abort()), (error) =>
      FlotillaError.is(error, 'cancelled'),
    );
  });

  it('comes home as it is and is not compared', async () => {
    const base = git(folder, 'rev-parse', 'HEAD');
    const mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(folder));
    await mirror.ensure();
    const environment = new LocalEnvironment(scratch.path('environment'));
    environment.fill({ branch: 'task', base, url: undefined, refs: [], objects: mirror.objectsFolder });
    const store = WorkStore.open(scratch.path('work.git'), mirror.objectsFolder);
    const tree = treeBomb(environment.workspace, 9, 'file');
    const head = git(environment.workspace, 'commit-tree', '-p', base, '-m', 'bomb', tree);
    git(environment.workspace, 'update-ref', 'refs/heads/task', head);
    await store.receive('abc', { connect: environment.connect });
    assert.equal(await store.head('abc', 'task'), head);
    assert.equal((await store.commits(base, head)).length, 1);
    await assert.rejects(store.diff(base, head), isRefused);
    await assert.rejects(store.replay(base, head), isRefused);
    await assert.rejects(store.tipsConflict(base, head), isRefused);
    await assert.rejects(store.pushNotices(base, head), isRefused);
    const make = (parents: readonly string[], of: string): string =>
      git(environment.workspace, 'commit-tree', ...parents.flatMap((id) => ['-p', id]), '-m', 'x', of);
    const forged = make([base, make([base], git(folder, 'rev-parse', 'HEAD^{tree}')), head], tree);
    git(environment.workspace, 'update-ref', 'refs/flotilla/checkpoints/1', forged);
    await store.receive('abc', { connect: environment.connect });
    await assert.rejects(store.workTree(forged), isRefused);
  });
});
