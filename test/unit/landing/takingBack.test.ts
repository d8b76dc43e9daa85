import assert from 'node:assert/strict';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { eventually } from '../../support/eventually.ts';
import { LandingBed } from '../../support/landingBed.ts';
import { commit, git } from '../../support/localEnvironment.ts';
import { testActor } from '../../support/storedSession.ts';

const { signal: within } = new AbortController();

describe('taking a landing back', function () {
  this.timeout(60_000);
  let bed: LandingBed;
  let id: string;
  let workspace: string;
  let head: string;

  beforeEach(async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const made = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    id = made.id;
    workspace = made.environment.workspaceFolder;
    head = git(workspace, 'rev-parse', 'HEAD');
    bed.push({ 'c.txt': 'c\n' });
  });
  afterEach(() => bed.close());

  const land = async (push: 'branch' | 'target'): Promise<void> => {
    await bed.landings.land({ session: id, push, verify: 'true' }, testActor, within);
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
  };
  const tip = (ref: string): string => git(bed.origin, 'for-each-ref', '--format=%(objectname)', `refs/heads/${ref}`);
  const hook = (name: string, text: string): void => {
    const file = path.join(bed.origin, 'hooks', name);
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
  };

  /** Pushes to the remote come to rest once they have arrived, before whoever pushes hears of it. */
  const arriving = async (act: () => Promise<unknown>): Promise<void> => {
    const mark = bed.scratch.path('arrived');
    hook('post-receive', `touch '${mark}'; until [ ! -e '${mark}' ]; do sleep 0.05; done`);
    await bed.landings.land({ session: id, push: 'target', verify: 'true' }, testActor, within);
    await eventually(
      () => existsSync(mark),
      () => 'no push',
      30_000,
    );
    try {
      await act();
    } finally {
      rmSync(path.join(bed.origin, 'hooks/post-receive'));
      rmSync(mark, { force: true });
    }
  };

  it('goes on with that when it is continued, and pushes nothing anew', async () => {
    await land('branch');
    hook('pre-receive', 'exit 1');
    await bed.landings.undo({ session: id, revertTarget: false }, testActor);
    assert.equal((await bed.settled(id)).state, 'paused');
    rmSync(path.join(bed.origin, 'hooks/pre-receive'));
    await assert.rejects(bed.landings.push({ session: id, unverified: true }, testActor, within), {
      code: 'not-in-this-state',
    });
    await bed.landings.goOn({ session: id, unverified: true }, testActor, within);
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'undone', JSON.stringify(landing.reason));
    assert.equal(tip('flotilla/work'), '');
    assert.equal(git(workspace, 'rev-parse', 'HEAD'), head);
  });

  it('that can never be leaves it landed, so that the session can be landed anew', async () => {
    await land('branch');
    git(bed.clone, 'fetch', '--quiet', 'origin');
    bed.push({ 'd.txt': 'somebody built on it\n' }, 'flotilla/work');
    await bed.landings.undo({ session: id, revertTarget: false }, testActor);
    const landing = await bed.settled(id);
    assert.deepEqual([landing.state, landing.reason.code], ['landed', 'push-moved'], JSON.stringify(landing.reason));
    commit(workspace, { 'e.txt': 'e\n' }, 'More');
    await land('target');
  });

  it('takes a push back that had arrived when the engine was killed', async () => {
    const before = tip('main');
    await arriving(() => bed.restart());
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
    assert.equal(landing.pushes[0]?.before, before);
    await bed.landings.undo({ session: id, revertTarget: true }, testActor);
    const undone = await bed.settled(id);
    assert.equal(undone.state, 'undone', JSON.stringify(undone.reason));
    assert.equal(git(bed.origin, 'ls-tree', '--name-only', 'main').includes('b.txt'), false);
  });

  it('sees that a target holds a push that nobody heard of, though somebody built on it', async () => {
    await arriving(async () => {
      await bed.room.close();
    });
    const work = tip('main');
    const after = bed.push({ 'd.txt': 'on top\n' });
    await bed.restart();
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
    assert.deepEqual([landing.rounds, landing.pushes[0]?.commit, tip('main')], [0, work, after]);
  });

  it('is no giving up: what arrived while it was given up counts as landed', async () => {
    await arriving(async () => {
      await assert.rejects(bed.landings.abort(id, testActor), { code: 'not-in-this-state' });
    });
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
    assert.equal(git(workspace, 'rev-parse', 'HEAD'), tip('main'));
  });

  it('says of a session without an environment that its branch stays', async () => {
    await land('branch');
    await bed.rooms.runtime.discard(id);
    await bed.landings.undo({ session: id, revertTarget: false }, testActor);
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'undone', JSON.stringify(landing.reason));
    assert.equal(tip('flotilla/work'), '');
    assert.doesNotMatch(landing.reason.message, /as it was before/);
  });

  it('leaves nothing that keeps the session from being removed when its own commits were pushed', async () => {
    const { sessions } = bed.rooms.room;
    await sessions.push(id, testActor, within);
    await bed.landings.land({ session: id, verify: 'false' }, testActor, within);
    assert.equal((await bed.settled(id)).reason.code, 'verify-failed');
    assert.equal((await bed.landings.abort(id, testActor)).state, 'aborted');
    assert.equal(git(workspace, 'rev-parse', 'HEAD'), head);
    await sessions.remove(id, false, testActor);
  });

  for (const mended of [false, true])
    it(`${mended ? 'keeps' : 'leaves nothing of'} what the rounds before ${mended ? 'were mended with' : 'have made'}, when its target had moved`, async () => {
      const { sessions } = bed.rooms.room;
      await sessions.push(id, testActor, within);
      const mark = bed.scratch.path('tried');
      const move = `cd "${bed.clone}" && git commit -qm X --allow-empty && git push -q origin HEAD:main`;
      const verify = `test ! -e d.txt -a ${mended ? '-e mend.txt' : '-e b.txt'} || exit 1; test ! -e "${mark}" || exit 2; touch "${mark}"; ${move}`;
      await bed.landings.land({ session: id, push: 'target', verify }, testActor, within);
      if (mended) {
        assert.equal((await bed.settled(id)).verify?.exitCode, 1);
        commit(workspace, { 'mend.txt': 'm\n' }, 'Mend');
        await bed.landings.goOn({ session: id }, testActor, within);
      }
      const red = await bed.settled(id);
      assert.deepEqual([red.rounds, red.verify?.exitCode], [1, 2], JSON.stringify(red.reason));
      assert.equal((await bed.landings.abort(id, testActor)).state, 'aborted');
      assert.equal(git(workspace, 'rev-parse', 'HEAD'), head);
      const removed = sessions.remove(id, false, testActor);
      await (mended ? assert.rejects(removed, { code: 'work-not-home' }) : removed);
    });

  it('of the second keeps what is known of the first', async () => {
    await land('target');
    bed.push({ 'd.txt': 'd\n' });
    commit(workspace, { 'e.txt': 'e\n' }, 'More');
    await land('target');
    await bed.rooms.room.sessions.remove(id, false, testActor);
  });
});
