import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';

/** Those of this process: others may forecast at the same time. */
const rooms = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`flotilla-replay-${process.pid}-`));

describe('a work store forecasts', function () {
  this.timeout(60_000);
  let scratch: Scratch;
  let store: WorkStore;
  let folders: string[];
  let onto: string;
  let head: string;
  const path0 = process.env['PATH'];

  beforeEach(async () => {
    scratch = new Scratch();
    const repo = scratch.path('repo');
    const base = makeRepository(repo);
    const mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(repo));
    await mirror.ensure();
    const environment = new LocalEnvironment(scratch.path('environment'));
    environment.fill({ branch: 'work', base, url: undefined, refs: [], objects: mirror.objectsFolder });
    store = WorkStore.open(scratch.path('work.git'), mirror.objectsFolder);
    commit(environment.workspace, { 'new.txt': 'new\n' });
    head = commit(environment.workspace, { 'README.md': 'hello, session\n' });
    await store.receive('abc', { connect: environment.connect });
    onto = commit(repo, { 'README.md': 'hello, target\n' });
    await mirror.ensure();
    folders = [mirror.folder, scratch.path('work.git')];
  });

  afterEach(() => {
    process.env['PATH'] = path0;
    scratch.remove();
  });

  /** Every file of the mirror and the store, and the refs. */
  const state = (): string[] =>
    folders.flatMap((folder) => [
      ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort(),
      git(folder, 'for-each-ref'),
    ]);

  /** Puts a program before the git that is found; `$git` is the real one. */
  const standBefore = (script: string): void => {
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    write(scratch.folder, { 'bin/git': `#!/bin/sh\ngit='${real}'\n${script}\nexec "$git" "$@"\n` });
    chmodSync(scratch.path('bin/git'), 0o755);
    process.env['PATH'] = `${scratch.path('bin')}${path.delimiter}${path0 ?? ''}`;
  };

  it('a rebase and a merge, and nothing in it or in the mirror changes', async () => {
    const [before, roomsBefore] = [state(), rooms()];
    const { base, commits } = await store.replay(onto, head);
    assert.equal(base, git(folders[1]!, 'merge-base', onto, head));
    assert.deepEqual(
      commits.map(({ outcome, conflicts }) => [
        outcome,
        ...conflicts.map(({ path, hunks }) => `${path} ${hunks ?? ''}`),
      ]),
      [['clean'], ['conflict', 'README.md 1']],
    );
    assert.deepEqual(await store.tipsConflict(onto, head), ['README.md']);
    assert.deepEqual(await store.tipsConflict(onto, git(folders[1]!, 'rev-parse', `${head}~1`)), []);
    assert.deepEqual(state(), before);
    assert.deepEqual(
      rooms().filter((room) => !roomsBefore.includes(room)),
      [],
    );
  });

  it('only for full commit ids that it has', async () => {
    assert.throws(
      () => store.replay('main', head),
      (error) => FlotillaError.is(error, 'invalid-input'),
    );
    assert.throws(
      () => store.tipsConflict(onto, '--all'),
      (error) => FlotillaError.is(error, 'invalid-input'),
    );
    await assert.rejects(store.replay(onto, 'd'.repeat(40)), (error) => FlotillaError.is(error, 'git-failed'));
  });

  it('not with a git that lacks the command, and says what to do', async () => {
    standBefore('for word in "$@"; do [ "$word" = merge-tree ] && { echo usage >&2; exit 129; }; done');
    await assert.rejects(store.replay(onto, head), (error) => {
      assert.ok(FlotillaError.is(error, 'git-too-old'));
      return /update git/.test(error.message);
    });
  });

  it('also with a git that says nothing before its input ends', async () => {
    const said = scratch.path('said');
    standBefore(
      `for word in "$@"; do [ "$word" = merge-tree ] && { "$git" "$@" >'${said}'; cat '${said}'; exit 0; }; done`,
    );
    assert.deepEqual(
      (await store.replay(onto, head)).commits.map(({ outcome }) => outcome),
      ['clean', 'conflict'],
    );
  });

  it('not when git fails, and says so', async () => {
    standBefore('for word in "$@"; do [ "$word" = merge-tree ] && { echo broken >&2; exit 3; }; done');
    await assert.rejects(store.replay(onto, head), (error) => {
      assert.ok(FlotillaError.is(error, 'git-failed'));
      assert.match(error.detail ?? '', /broken/);
      return true;
    });
  });
});
