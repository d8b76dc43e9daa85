import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import type { Landing } from '../../../src/protocol/landing.ts';
import { eventually } from '../../support/eventually.ts';
import { LandingBed } from '../../support/landingBed.ts';
import { commit, git } from '../../support/localEnvironment.ts';
import { testActor } from '../../support/storedSession.ts';

const { signal: within } = new AbortController();

describe('a landing that meets what nobody planned', function () {
  this.timeout(60_000);
  let bed: LandingBed;
  afterEach(() => bed.close());

  const conflicting = async (): Promise<string> => {
    bed = LandingBed.make({ 'a.txt': 'one\n', 'b.txt': 'one\n' });
    const { id } = await bed.session('work', [{ 'a.txt': 'mine\n', 'b.txt': 'mine\n' }, { 'a.txt': 'more\n' }]);
    bed.push({ 'a.txt': 'theirs\n', 'b.txt': 'theirs\n' });
    await bed.landings.rebase({ session: id, resolve: 'person' }, testActor, within);
    assert.equal((await bed.settled(id)).reason.code, 'conflicts');
    return id;
  };

  for (const moves of [true, false])
    for (const how of [
      ['checkout', '--quiet', '-b', 'other'],
      ['checkout', '--quiet', '--detach'],
    ])
      it(`moves no other branch than the session's: ${how.slice(2).join(' ')}, ${moves ? 'rebased' : 'unchanged'}`, async () => {
        bed = LandingBed.make({ 'a.txt': 'a\n' });
        const { id, environment } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
        const W = environment.workspaceFolder;
        git(W, ...how);
        const head = git(W, 'rev-parse', 'HEAD');
        if (moves) bed.push({ 'c.txt': 'c\n' });
        await bed.landings.land({ session: id, push: 'target', verify: 'true' }, testActor, within);
        const landing = await bed.settled(id);
        assert.deepEqual([landing.state, landing.reason.code], ['paused', 'not-in-this-state']);
        assert.match(landing.reason.message, /flotilla\/work/);
        assert.equal(git(W, 'rev-parse', 'HEAD'), head);
        git(W, 'checkout', '--quiet', 'flotilla/work');
        await bed.landings.goOn({ session: id }, testActor, within);
        const landed = await bed.settled(id);
        assert.equal(landed.state, 'landed', JSON.stringify(landed.reason));
        assert.equal(git(bed.origin, 'rev-parse', 'main'), git(W, 'rev-parse', 'flotilla/work'));
      });

  it('says which branch to check out when another one with other commits is', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id, environment } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    git(environment.workspaceFolder, 'checkout', '--quiet', '-b', 'other', 'HEAD~1');
    bed.push({ 'c.txt': 'c\n' });
    await bed.landings.land({ session: id, verify: 'true' }, testActor, within);
    assert.match((await bed.settled(id)).reason.message, /flotilla\/work/);
  });

  it('asks Claude about nothing that is resolved, and does not go on by that', async () => {
    const id = await conflicting();
    await bed.landings.resolve({ session: id, how: 'theirs' }, testActor, within);
    for (const file of ['a.txt', undefined])
      await assert.rejects(bed.landings.resolve({ session: id, path: file, how: 'claude' }, testActor, within), {
        code: 'not-in-this-state',
      });
    const landing = bed.landing(id);
    assert.deepEqual([landing.state, landing.step, landing.asking], ['paused', 'resolve', undefined]);
  });

  it('takes what is said of all files together, or of none', async () => {
    const id = await conflicting();
    await assert.rejects(bed.landings.resolve({ session: id, how: 'accept' }, testActor, within), {
      code: 'conflicts-open',
      message: /a\.txt, b\.txt still have conflict markers/,
    });
    const states = ({ stop }: Landing): unknown => stop?.files.map((file) => [file.path, file.state]);
    const stands = (state: string): unknown => ['a.txt', 'b.txt'].map((name) => [name, state]);
    assert.deepEqual(states(bed.landing(id)), stands('open'));
    const landing = await bed.landings.resolve({ session: id, how: 'ours' }, testActor, within);
    assert.deepEqual(states(landing), stands('accepted'));
    const again = await bed.landings.resolve({ session: id, how: 'refuse' }, testActor, within);
    assert.deepEqual(states(again), stands('open'));
  });

  it('says what to do when a person has ended the rebase inside', async () => {
    const id = await conflicting();
    const { workspaceFolder: W } = (await bed.rooms.runtime.find(id)) ?? {};
    git(path.resolve(W ?? '', '../.flotilla-landing/repo'), 'rebase', '--abort');
    await assert.rejects(bed.landings.resolve({ session: id, how: 'ours' }, testActor, within), {
      code: 'not-in-this-state',
      message: /continue the landing/,
    });
    await bed.landings.goOn({ session: id }, testActor, within);
    const landing = await bed.settled(id);
    assert.equal(landing.reason.code, 'conflicts', JSON.stringify(landing.reason));
  });

  it('is given up at once, whatever is asked of it meanwhile', async () => {
    const id = await conflicting();
    const asked = [
      bed.landings.resolve({ session: id, how: 'theirs' }, testActor, within),
      bed.landings.abort(id, testActor),
      bed.landings.goOn({ session: id }, testActor, within),
      bed.landings.resolve({ session: id, how: 'ours' }, testActor, within),
    ];
    await Promise.allSettled(asked);
    const landing = await bed.settled(id);
    assert.deepEqual([landing.state, landing.step], ['aborted', 'undo'], JSON.stringify(landing.reason));
  });

  it('pushes nothing that has failed for a yes that was said before', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    await bed.landings.land({ session: id, unverified: true, verify: 'false' }, testActor, within);
    assert.equal((await bed.settled(id)).reason.code, 'verify-failed');
    await assert.rejects(bed.landings.push({ session: id }, testActor, within), { code: 'unverified' });
    await bed.landings.goOn({ session: id }, testActor, within);
    assert.equal((await bed.settled(id)).reason.code, 'verify-failed');
    assert.equal(git(bed.origin, 'for-each-ref', 'refs/heads/flotilla'), '');
    await bed.landings.push({ session: id, unverified: true }, testActor, within);
    assert.equal((await bed.settled(id)).state, 'landed');
  });

  it('takes the command that was named where the project names a broken one', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n', '.flotilla.yaml': 'verify: [\n' });
    const { id } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    await assert.rejects(bed.landings.land({ session: id }, testActor, within), { code: 'config-invalid' });
    const plan = await bed.landings.plan({ session: id }, within);
    assert.match(plan.notices.join('\n'), /\.flotilla\.yaml/);
    await bed.landings.land({ session: id, verify: 'true' }, testActor, within);
    assert.equal((await bed.settled(id)).state, 'landed');
  });

  it('is not verified while Claude works in its tree', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    await bed.landings.land({ session: id, verify: 'false' }, testActor, within);
    assert.equal((await bed.settled(id)).reason.code, 'verify-failed');
    await bed.rooms.room.sessions.send(id, 'mend it', testActor);
    await bed.rooms.until(id, 'running');
    await bed.landings.verify({ session: id, verify: 'true' }, testActor);
    const landing = await bed.settled(id);
    assert.deepEqual([landing.state, landing.reason.code], ['paused', 'not-in-this-state'], JSON.stringify(landing));
    assert.equal(git(bed.origin, 'for-each-ref', 'refs/heads/flotilla'), '');
  });

  it('brings back what was taken out of its target only when that is said', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const first = git(bed.origin, 'rev-parse', 'main');
    bed.push({ 'secret.txt': 'taken out\n' });
    const { id } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    const mark = bed.scratch.path('taken out');
    const verify = `git -C "${bed.origin}" update-ref refs/heads/main ${first}; touch "${mark}"`;
    await bed.landings.land({ session: id, push: 'target', verify }, testActor, within);
    const landing = await bed.settled(id);
    assert.deepEqual([landing.state, landing.reason.code], ['paused', 'target-moved']);
    assert.match(landing.reason.message, /rewritten/);
    assert.ok(existsSync(mark));
    assert.equal(git(bed.origin, 'rev-parse', 'main'), first);
  });

  it('leaves no environment up that it started for nothing', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id, environment } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    await environment.stop();
    await assert.rejects(bed.landings.land({ session: id, target: 'nowhere' }, testActor, within), {
      code: 'target-unknown',
    });
    assert.equal(bed.rooms.room.workings.rests.size, 1);
  });

  it('keeps no other session waiting for credentials', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { sessions, workings } = bed.rooms.room;
    const [held, other] = [await bed.session('held', [{ 'b.txt': 'b\n' }]), await bed.session('other', [])];
    bed.rooms.credentials.clear();
    for (const { id } of [held, other]) {
      bed.rooms.store.sessions.change(
        id,
        { state: 'waiting', reason: { code: 'no-credentials', message: 'It waits.' } },
        testActor,
      );
    }
    const release = workings.holds.hold(held.id, 'It is being landed.');
    bed.rooms.giveCredentials();
    sessions.credentialsCame();
    await bed.rooms.until(other.id, 'running');
    assert.equal(bed.get(held.id).state, 'waiting');
    release();
  });

  it('is not pulled away from under its verification by a change of mode', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id, environment } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    const [mark, go] = [bed.scratch.path('verifying'), bed.scratch.path('go')];
    const verify = `touch "${mark}"; until [ -e "${go}" ]; do sleep 0.05; done`;
    await bed.landings.land({ session: id, verify }, testActor, within);
    await eventually(
      () => existsSync(mark),
      () => 'no verification',
      20_000,
    );
    bed.rooms.store.sessions.change(id, { state: 'running', mode: 'interactive' }, testActor);
    await assert.rejects(bed.rooms.room.sessions.resume({ session: id, mode: 'autonomous' }, testActor), {
      code: 'landing-under-way',
    });
    assert.equal(await environment.status(), 'running');
    writeFileSync(go, '');
    await bed.settled(id);
  });

  it('is landed again after it was landed as one commit, also after that was given up once', async () => {
    bed = LandingBed.make({ 'a.txt': 'one\n' });
    const { id, environment } = await bed.session('work', [{ 'a.txt': 'two\n' }, { 'a.txt': 'three\n' }]);
    const land = async (verify = 'true'): Promise<string> => {
      await bed.landings.land({ session: id, push: 'squash', verify, resolve: 'person' }, testActor, within);
      return (await bed.settled(id)).reason.code;
    };
    assert.equal(await land(), 'landed');
    await assert.rejects(land(), { code: 'nothing-to-push' });
    commit(environment.workspaceFolder, { 'a.txt': 'four\n' }, 'More');
    bed.push({ 'b.txt': 'b\n' });
    assert.equal(await land('false'), 'verify-failed');
    await bed.landings.abort(id, testActor);
    const plan = await bed.landings.plan({ session: id }, within);
    assert.deepEqual(
      plan.commits.map(({ subject, outcome }) => [subject, outcome]),
      [['More', 'clean']],
    );
    assert.equal(await land(), 'landed');
    assert.equal(git(bed.origin, 'show', 'main:a.txt'), 'four');
    assert.equal(git(bed.origin, 'rev-list', '--count', 'main'), '5');
    await bed.rooms.room.sessions.remove(id, false, testActor);
  });
});

describe('a push of a session', function () {
  this.timeout(60_000);

  it('says in its timeline what did not go along', async () => {
    const bed = LandingBed.make({ 'a.txt': 'a\n' });
    try {
      const { id, environment } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
      const W = environment.workspaceFolder;
      git(W, 'update-index', '--add', '--cacheinfo', `160000,${git(W, 'rev-parse', 'HEAD')},lib`);
      git(W, 'commit', '--quiet', '-m', 'Add a submodule');
      await bed.rooms.room.sessions.push(id, testActor, within);
      const notices = bed.rooms.room.reports.logs({ session: id, after: 0, limit: 1000 });
      assert.match(JSON.stringify(notices), /submodules are not pushed/);
    } finally {
      await bed.close();
    }
  });
});
