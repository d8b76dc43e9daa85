import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { LandingBook } from '../../../src/engine/landing/landingBook.ts';
import { LandingBed } from '../../support/landingBed.ts';
import { eventually } from '../../support/eventually.ts';
import { git, write } from '../../support/localEnvironment.ts';
import { testActor } from '../../support/storedSession.ts';

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');
const { signal: within } = new AbortController();

describe('a landing', function () {
  this.timeout(60_000);
  let bed: LandingBed;
  afterEach(() => bed.close());

  const start = { 'a.txt': text('one', 'two', 'three'), 'b.txt': 'b\n' };

  it('rebases, moves the session, verifies and pushes to the target', async () => {
    bed = LandingBed.make(start);
    const { id, environment } = await bed.session('work', [{ 'c.txt': 'c\n' }, { 'd.txt': 'd\n' }]);
    const onMain = bed.push({ 'b.txt': 'B\n' });
    await bed.landings.land(
      { session: id, push: 'target', verify: 'grep B b.txt && cat c.txt d.txt' },
      testActor,
      within,
    );
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
    assert.equal(git(bed.origin, 'rev-parse', 'main'), landing.result);
    assert.equal(git(bed.origin, 'rev-parse', 'main~2'), onMain);
    assert.equal(git(environment.workspaceFolder, 'rev-parse', 'HEAD'), landing.result);
    assert.equal(landing.verify?.outcome, 'passed');
    assert.match(bed.landings.status(id).verifyOutput ?? '', /^B\nc\nd\n$/);
    assert.equal(bed.get(id).base.commit, onMain);
    assert.equal(bed.get(id).landing?.state, 'landed');
    await bed.rooms.room.sessions.remove(id, false, testActor);
  });

  it('stops at a conflict for a person, and goes on when it is resolved', async () => {
    bed = LandingBed.make(start);
    const { id, environment } = await bed.session('work', [{ 'a.txt': text('one', 'session', 'three') }]);
    bed.push({ 'a.txt': text('one', 'main', 'three') });
    await bed.landings.rebase({ session: id, resolve: 'person' }, testActor, within);
    const stopped = await bed.settled(id);
    assert.equal(stopped.reason.code, 'conflicts');
    assert.deepEqual(
      stopped.stop?.files.map(({ path: name, kind, state }) => [name, kind, state]),
      [['a.txt', 'content', 'open']],
    );
    assert.equal(
      readFileSync(path.join(environment.workspaceFolder, 'a.txt'), 'utf8'),
      text('one', 'session', 'three'),
    );
    await assert.rejects(bed.landings.goOn({ session: id }, testActor, within), { code: 'conflicts-open' });
    const sides = await bed.landings.conflict(id, 'a.txt', within);
    assert.equal(Buffer.from(sides.ours ?? '', 'base64').toString(), text('one', 'main', 'three'));
    await bed.landings.resolve({ session: id, path: 'a.txt', how: 'theirs' }, testActor, within);
    await bed.landings.goOn({ session: id }, testActor, within);
    const done = await bed.settled(id);
    assert.equal(done.state, 'ready', JSON.stringify(done.reason));
    assert.equal(
      readFileSync(path.join(environment.workspaceFolder, 'a.txt'), 'utf8'),
      text('one', 'session', 'three'),
    );
    assert.equal(git(environment.workspaceFolder, 'rev-parse', 'HEAD~1'), git(bed.origin, 'rev-parse', 'main'));
  });

  it('that is given up leaves the session as it was', async () => {
    bed = LandingBed.make(start);
    const { id, environment } = await bed.session('work', [{ 'a.txt': text('one', 'session', 'three') }]);
    const W = environment.workspaceFolder;
    write(W, { 'untracked.txt': 'mine\n', 'b.txt': 'not committed\n' });
    const looks = (): unknown => [
      git(W, 'for-each-ref'),
      git(W, 'status', '--porcelain'),
      git(W, 'worktree', 'list'),
      git(W, 'stash', 'list'),
      git(W, 'config', '--list', '--local'),
    ];
    const before = bed.get(id);
    await bed.rooms.room.workings.homecoming.bring(id);
    const wasLike = looks();
    bed.push({ 'a.txt': text('one', 'main', 'three') });
    await bed.landings.land({ session: id, resolve: 'person' }, testActor, within);
    await bed.settled(id);
    const landing = await bed.landings.abort(id, testActor);
    assert.equal(landing.state, 'aborted', JSON.stringify(landing.reason));
    assert.deepEqual(looks(), wasLike);
    assert.deepEqual(bed.get(id).base, before.base);
  });

  it('pushes nothing that was not verified, unless that is said', async () => {
    bed = LandingBed.make(start);
    const { id } = await bed.session('work', [{ 'c.txt': 'c\n' }]);
    bed.push({ 'b.txt': 'B\n' });
    await bed.landings.land({ session: id }, testActor, within);
    const waits = await bed.settled(id);
    assert.deepEqual([waits.state, waits.reason.code], ['paused', 'unverified']);
    assert.equal(git(bed.origin, 'for-each-ref', 'refs/heads/flotilla'), '');
    await bed.landings.goOn({ session: id, unverified: true }, testActor, within);
    const landed = await bed.settled(id);
    assert.equal(landed.state, 'landed', JSON.stringify(landed.reason));
    assert.equal(git(bed.origin, 'rev-parse', 'flotilla/work'), landed.result);
  });

  it('stops at a red verification with its output', async () => {
    bed = LandingBed.make(start);
    const { id } = await bed.session('work', [{ 'c.txt': 'c\n' }]);
    await bed.landings.land({ session: id, verify: 'echo broken; exit 3' }, testActor, within);
    const red = await bed.settled(id);
    assert.deepEqual([red.state, red.reason.code, red.verify?.exitCode], ['paused', 'verify-failed', 3]);
    assert.equal(bed.landings.status(id).verifyOutput, 'broken\n');
    assert.ok(bed.landings.status(id).actions.includes('send-output'));
  });

  it('begins again when its target moves before the push', async () => {
    bed = LandingBed.make(start);
    const { id } = await bed.session('work', [{ 'c.txt': 'c\n' }]);
    const move = `test -e ${bed.scratch.path('moved')} || { touch ${bed.scratch.path('moved')}; cd "${bed.clone}"; echo x >x.txt; git add x.txt; git commit -qm X; git push -q origin HEAD:main; }`;
    bed.push({ 'b.txt': 'B\n' });
    await bed.landings.land({ session: id, push: 'target', verify: move }, testActor, within);
    const landed = await bed.settled(id);
    assert.equal(landed.state, 'landed', JSON.stringify(landed.reason));
    assert.equal(landed.rounds, 1);
    assert.equal(git(bed.origin, 'log', '-1', '--format=%s', 'main~1'), 'X');
  });

  it('onto a target is undone with a commit that takes it back', async () => {
    bed = LandingBed.make(start);
    const { id, environment } = await bed.session('work', [{ 'c.txt': 'c\n' }]);
    const head = git(environment.workspaceFolder, 'rev-parse', 'HEAD');
    bed.push({ 'b.txt': 'B\n' });
    await bed.landings.land({ session: id, push: 'squash', unverified: true, verify: 'true' }, testActor, within);
    assert.equal((await bed.settled(id)).state, 'landed');
    assert.equal(git(bed.origin, 'rev-list', '--count', 'main'), '4');
    const forecast = (): string | undefined => bed.get(id).forecast?.outcome;
    await eventually(() => forecast() === 'up-to-date', String, 20_000);
    await assert.rejects(async () => bed.landings.undo({ session: id, revertTarget: false }, testActor), {
      code: 'undo-refused',
    });
    await bed.landings.undo({ session: id, revertTarget: true }, testActor);
    const undone = await bed.settled(id);
    assert.equal(undone.state, 'undone', JSON.stringify(undone.reason));
    assert.equal(git(bed.origin, 'ls-tree', '--name-only', 'main').includes('c.txt'), false);
    assert.equal(git(environment.workspaceFolder, 'rev-parse', 'HEAD'), head);
    await eventually(() => forecast() === 'clean', String, 20_000);
    await assert.rejects(bed.rooms.room.sessions.remove(id, false, testActor), { code: 'work-not-home' });
  });

  it('is planned without touching anything: commits, conflicts, verification', async () => {
    bed = LandingBed.make({ ...start, '.flotilla.yaml': 'verify: cat a.txt\n' });
    const { id, environment } = await bed.session('work', [
      { 'a.txt': text('one', 'session', 'three') },
      { 'c.txt': 'c\n' },
    ]);
    bed.push({ 'a.txt': text('one', 'main', 'three') });
    const before = git(environment.workspaceFolder, 'for-each-ref');
    const plan = await bed.landings.plan({ session: id }, within);
    assert.deepEqual(
      plan.commits.map(({ subject, outcome, conflicts }) => [
        subject,
        outcome,
        conflicts.map(({ path: name, kind }) => [name, kind]),
      ]),
      [
        ['work 1', 'conflict', [['a.txt', 'content']]],
        ['work 2', 'clean', []],
      ],
    );
    assert.deepEqual([plan.fastForward, plan.upToDate, plan.behind], [false, false, 1]);
    assert.deepEqual(plan.verify, { command: 'cat a.txt', from: 'file', suggestions: [] });
    assert.equal(git(environment.workspaceFolder, 'for-each-ref'), before);
    assert.equal(bed.landings.status(id).landing, undefined);
  });

  it('is forecast for each session, with its target and with other sessions', async () => {
    bed = LandingBed.make(start);
    const one = await bed.session('one', [{ 'a.txt': text('one', 'first', 'three') }]);
    const other = await bed.session('other', [{ 'a.txt': text('one', 'second', 'three') }]);
    const apart = await bed.session('apart', [{ 'z.txt': 'z\n' }]);
    const forecasts = await bed.room.forecasts.get(undefined, within);
    const of = (id: string): unknown => {
      const { forecast } = forecasts.find(({ session }) => session === id) ?? {};
      return { outcome: forecast?.outcome, sessions: forecast?.sessions };
    };
    assert.deepEqual(of(one.id), { outcome: 'fast-forward', sessions: [{ session: other.id, files: ['a.txt'] }] });
    assert.deepEqual(of(apart.id), { outcome: 'fast-forward', sessions: [] });
    await bed.landings.land({ session: one.id, push: 'target', verify: 'true' }, testActor, within);
    assert.equal((await bed.settled(one.id)).state, 'landed');
    await eventually(
      () => bed.get(other.id).forecast?.outcome === 'conflicts',
      () => JSON.stringify(bed.get(other.id).forecast),
      20_000,
    );
    assert.deepEqual(bed.get(other.id).forecast?.files, ['a.txt']);
  });

  it("onto a branch that holds part of it counts only the rest as the session's own", async () => {
    bed = LandingBed.make(start);
    const { id, environment } = await bed.session('work', [{ 'c.txt': 'c\n' }, { 'd.txt': 'd\n' }]);
    git(environment.workspaceFolder, 'push', '--quiet', bed.origin, 'HEAD~1:refs/heads/next');
    await bed.landings.rebase({ session: id, target: 'next' }, testActor, within);
    assert.equal((await bed.settled(id)).state, 'ready');
    assert.equal(bed.get(id).head?.ahead, 1);
    await bed.landings.abort(id, testActor);
    assert.equal(bed.get(id).head?.ahead, 2);
  });

  it('says how far its rebase is without being stored anew', async () => {
    bed = LandingBed.make(start);
    const { id } = await bed.session('work', [{ 'c.txt': 'c\n' }]);
    await bed.landings.rebase({ session: id }, testActor, within);
    const { updatedAt } = await bed.settled(id);
    const { store, book: sessions } = bed.rooms.room.workings;
    const book = new LandingBook(store, sessions);
    const seq = store.journal.lastSeq();
    book.progress(id, { done: 2, total: 5 });
    assert.deepEqual(book.get(id).progress, { done: 2, total: 5 });
    assert.deepEqual([bed.landing(id).progress, bed.landing(id).updatedAt], [undefined, updatedAt]);
    assert.equal(store.journal.lastSeq(), seq + 1);
    book.change(id, { progress: undefined });
    assert.equal(book.get(id).progress, undefined);
  });

  it("looks its repository's sessions up once for all forecasts of a batch", async () => {
    bed = LandingBed.make(start);
    const names = ['one', 'two', 'three', 'four', 'five', 'six'];
    for (const name of names) await bed.session(name, [{ [`${name}.txt`]: 'x\n' }]);
    const { sessions } = bed.rooms.store;
    let asked = 0;
    const list = sessions.list.bind(sessions);
    sessions.list = (...args) => {
      asked += args[0]?.repositoryId === undefined ? 0 : 1;
      return list(...args);
    };
    assert.equal((await bed.room.forecasts.get(undefined, within)).length, names.length);
    // What goes on by itself after the homecomings may end meanwhile, and looks once itself.
    assert.ok(asked <= 3, String(asked));
  });

  for (const moved of [true, false])
    it(`can be landed again after it was taken back from its target, ${moved ? 'rebased' : 'unchanged'}`, async () => {
      bed = LandingBed.make(start);
      const { id } = await bed.session('work', [{ 'c.txt': 'c\n' }, { 'd.txt': 'd\n' }]);
      if (moved) bed.push({ 'b.txt': 'B\n' });
      const land = async (): Promise<void> => {
        await bed.landings.land({ session: id, push: 'target', verify: 'true' }, testActor, within);
        const landing = await bed.settled(id);
        assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
        assert.equal(git(bed.origin, 'show', 'main:c.txt'), 'c');
      };
      await land();
      await bed.landings.undo({ session: id, revertTarget: true }, testActor);
      const undone = await bed.settled(id);
      assert.equal(undone.state, 'undone', JSON.stringify(undone.reason));
      assert.equal(git(bed.origin, 'ls-tree', '--name-only', 'main').includes('c.txt'), false);
      const plan = await bed.landings.plan({ session: id }, within);
      assert.deepEqual(
        plan.commits.map(({ outcome }) => outcome),
        ['clean', 'clean'],
      );
      await land();
      await bed.rooms.room.sessions.remove(id, false, testActor);
    });
});
