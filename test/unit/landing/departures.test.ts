import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { eventually } from '../../support/eventually.ts';
import { LandingBed } from '../../support/landingBed.ts';
import { git } from '../../support/localEnvironment.ts';
import { testActor } from '../../support/storedSession.ts';

const { signal: within } = new AbortController();

describe('a session in the middle of its landing', function () {
  this.timeout(60_000);
  let bed: LandingBed;
  let id: string;
  let workspace: string;

  beforeEach(async () => {
    bed = LandingBed.make({ 'a.txt': 'one\ntwo\nthree\n' });
    const made = await bed.session('work', [{ 'a.txt': 'one\nsession\nthree\n' }]);
    id = made.id;
    workspace = made.environment.workspaceFolder;
  });
  afterEach(() => bed.close());

  /** The landing is at its verification, which goes on until `go` is called. */
  const verifying = async (): Promise<() => void> => {
    const [mark, go] = [bed.scratch.path('verifying'), bed.scratch.path('go')];
    const verify = `touch "${mark}"; until [ -e "${go}" ]; do sleep 0.05; done`;
    await bed.landings.land({ session: id, push: 'target', verify }, testActor, within);
    await eventually(
      () => existsSync(mark),
      () => 'no verification began',
      20_000,
    );
    return () => {
      writeFileSync(go, '');
    };
  };

  it('starts no Claude while its tree is verified, and does after', async () => {
    const { sessions } = bed.rooms.room;
    const go = await verifying();
    await assert.rejects(sessions.send(id, 'do more', testActor), { code: 'landing-under-way' });
    assert.equal(bed.get(id).queued, 0);
    await assert.rejects(sessions.resume({ session: id, prompt: 'do more' }, testActor), { code: 'landing-under-way' });
    go();
    assert.equal((await bed.settled(id)).state, 'landed');
    await sessions.send(id, 'do more', testActor);
    await bed.rooms.until(id, 'running');
  });

  it('is landed no second time at once', async () => {
    const go = await verifying();
    await assert.rejects(bed.landings.land({ session: id }, testActor, within), { code: 'landing-under-way' });
    await assert.rejects(bed.landings.push({ session: id }, testActor, within), { code: 'landing-under-way' });
    go();
    assert.equal((await bed.settled(id)).state, 'landed');
  });

  it('is cancelled with its landing, its work at home', async () => {
    await verifying();
    const { result } = bed.landing(id);
    await bed.rooms.room.sessions.cancel(id, testActor);
    assert.equal(bed.get(id).state, 'cancelled');
    assert.deepEqual([bed.landing(id).state, bed.get(id).head?.commit], ['aborted', result]);
    assert.equal(git(bed.origin, 'log', '-1', '--format=%s', 'main'), 'Files');
  });

  for (const how of ['cancelled', 'removed'] as const)
    it(`pushes nothing when it is ${how} while its newest work is looked for`, async () => {
      const { sessions, workings } = bed.rooms.room;
      await bed.landings.land({ session: id, push: 'target', verify: 'false' }, testActor, within);
      assert.equal((await bed.settled(id)).reason.code, 'verify-failed');
      const { homecoming } = workings;
      const bring = homecoming.bringIfRunning.bind(homecoming);
      homecoming.bringIfRunning = async (...args) => {
        const home = await bring(...args);
        await (how === 'cancelled' ? sessions.cancel(id, testActor) : sessions.remove(id, true, testActor));
        return home;
      };
      await assert.rejects(bed.landings.push({ session: id, unverified: true }, testActor, within), {
        code: how === 'cancelled' ? 'not-in-this-state' : 'unknown-session',
      });
      if (how === 'cancelled') assert.equal(bed.landing(id).state, 'aborted');
      else assert.deepEqual(bed.rooms.store.sessions.list(), []);
      assert.equal(git(bed.origin, 'log', '-1', '--format=%s', 'main'), 'Files');
    });

  it('is removed with its landing when the work may go', async () => {
    await verifying();
    await assert.rejects(bed.rooms.room.sessions.remove(id, false, testActor), { code: 'work-not-home' });
    assert.equal(bed.landing(id).state, 'paused');
    await bed.rooms.room.sessions.remove(id, true, testActor);
    assert.equal(bed.rooms.store.sessions.peek(id), undefined);
    assert.throws(() => bed.landings.status(id), { code: 'unknown-session' });
  });

  it('that has gone on since is not moved', async () => {
    bed.push({ 'a.txt': 'one\nmain\nthree\n' });
    await bed.landings.land({ session: id, resolve: 'person', verify: 'true' }, testActor, within);
    await bed.settled(id);
    git(
      workspace,
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@example.org',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'More',
    );
    const more = git(workspace, 'rev-parse', 'HEAD');
    await bed.landings.resolve({ session: id, how: 'theirs' }, testActor, within);
    await bed.landings.goOn({ session: id }, testActor, within);
    const landing = await bed.settled(id);
    assert.deepEqual([landing.state, landing.reason.code], ['paused', 'session-moved']);
    assert.equal(git(workspace, 'rev-parse', 'HEAD'), more);
    await bed.landings.abort(id, testActor);
    assert.equal(git(workspace, 'rev-parse', 'HEAD'), more);
    assert.equal(git(workspace, 'worktree', 'list').split('\n').length, 1);
  });

  it('keeps uncommitted work that stands in the way, and says which', async () => {
    bed.push({ 'b.txt': 'from main\n' });
    writeFileSync(`${workspace}/b.txt`, 'mine, not committed\n');
    await bed.landings.land({ session: id, verify: 'true' }, testActor, within);
    const landing = await bed.settled(id);
    assert.equal(landing.reason.code, 'uncommitted-in-the-way');
    assert.match(landing.reason.message, /b\.txt/);
    assert.equal(git(workspace, 'status', '--porcelain'), '?? b.txt');
  });
});
