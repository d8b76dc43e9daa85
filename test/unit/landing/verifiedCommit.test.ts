import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { LandingBed } from '../../support/landingBed.ts';
import { commit, git, write } from '../../support/localEnvironment.ts';
import { testActor } from '../../support/storedSession.ts';

const { signal: within } = new AbortController();

describe('a landing whose verification moved the session on', function () {
  this.timeout(60_000);
  let bed: LandingBed;
  afterEach(() => bed.close());

  it('never pushes the commit that was not verified, however often it is continued', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    const tip = git(bed.origin, 'rev-parse', 'main');
    const verify = 'git -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m "Moved on"';
    await bed.landings.land({ session: id, push: 'target', verify }, testActor, within);
    for (let tries = 0; tries < 3; tries += 1) {
      const landing = await bed.settled(id);
      assert.equal(landing.state, 'paused', JSON.stringify(landing.reason));
      assert.notEqual(landing.verify?.outcome, 'passed');
      assert.equal(git(bed.origin, 'rev-parse', 'main'), tip);
      await bed.landings.goOn({ session: id }, testActor, within).catch(() => undefined);
    }
    await bed.settled(id);
  });

  it('takes what was committed on top to mend it, and goes on with that when it is green', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id, environment } = await bed.session('work', [{ 'b.txt': 'broken\n' }]);
    bed.push({ 'c.txt': 'c\n' });
    await bed.landings.land({ session: id, push: 'target', verify: 'grep -q mended b.txt' }, testActor, within);
    assert.equal((await bed.settled(id)).reason.code, 'verify-failed');
    const mended = commit(environment.workspaceFolder, { 'b.txt': 'mended\n' }, 'Mend');
    await bed.landings.goOn({ session: id }, testActor, within);
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
    assert.equal(git(bed.origin, 'rev-parse', 'main'), mended);
  });

  it('keeps a mend that was made on top when it is given up', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id, environment } = await bed.session('work', [{ 'b.txt': 'broken\n' }]);
    bed.push({ 'c.txt': 'c\n' });
    await bed.landings.land({ session: id, push: 'target', verify: 'false' }, testActor, within);
    await bed.settled(id);
    const mended = commit(environment.workspaceFolder, { 'b.txt': 'mended\n' }, 'Mend');
    await bed.landings.goOn({ session: id }, testActor, within);
    await bed.settled(id);
    const given = await bed.landings.abort(id, testActor);
    assert.equal(given.state, 'aborted', JSON.stringify(given.reason));
    assert.equal(git(environment.workspaceFolder, 'rev-parse', 'HEAD'), mended);
  });

  it('shows what was committed on top before that goes out unverified', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id, environment } = await bed.session('work', [{ 'b.txt': 'broken\n' }]);
    const tip = bed.push({ 'c.txt': 'c\n' });
    await bed.landings.land({ session: id, push: 'target', verify: 'false' }, testActor, within);
    await bed.settled(id);
    const first = commit(environment.workspaceFolder, { 'b.txt': 'mended\n' }, 'Mend');
    const shown = await bed.landings.push({ session: id, unverified: true }, testActor, within);
    assert.deepEqual([shown.state, shown.reason.code, shown.result], ['paused', 'unverified', first]);
    const second = commit(environment.workspaceFolder, { 'd.txt': 'd\n' }, 'More');
    const again = await bed.landings.goOn({ session: id, unverified: true }, testActor, within);
    assert.deepEqual([again.state, again.reason.code, again.result], ['paused', 'unverified', second]);
    assert.equal(git(bed.origin, 'rev-parse', 'main'), tip);
    await bed.landings.goOn({ session: id, unverified: true }, testActor, within);
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
    assert.equal(git(bed.origin, 'rev-parse', 'main'), second);
  });

  it('pushes nothing unverified when the session went elsewhere', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n' });
    const { id, environment } = await bed.session('work', [{ 'b.txt': 'broken\n' }]);
    const tip = bed.push({ 'c.txt': 'c\n' });
    await bed.landings.land({ session: id, push: 'target', verify: 'false' }, testActor, within);
    await bed.settled(id);
    git(environment.workspaceFolder, 'commit', '--quiet', '--amend', '-m', 'Other');
    const push = bed.landings.push({ session: id, unverified: true }, testActor, within);
    await assert.rejects(push, { code: 'session-moved' });
    assert.equal(git(bed.origin, 'rev-parse', 'main'), tip);
  });

  it('says for good how many uncommitted files the verification saw', async () => {
    bed = LandingBed.make({ 'a.txt': 'a\n', '.gitignore': 'ignored\n' });
    const { id, environment } = await bed.session('work', [{ 'b.txt': 'b\n' }]);
    bed.push({ 'c.txt': 'c\n' });
    write(environment.workspaceFolder, { 'new.txt': 'x\n', 'a.txt': 'changed\n', ignored: 'x\n' });
    const verify = 'test -e new.txt && grep -q changed a.txt';
    await bed.landings.land({ session: id, push: 'target', verify }, testActor, within);
    const landing = await bed.settled(id);
    assert.equal(landing.state, 'landed', JSON.stringify(landing.reason));
    assert.equal(landing.verify?.uncommitted, 2);
    const { entries } = bed.rooms.room.reports.logs({ session: id, after: 0, limit: 1000 });
    const said = entries.map((entry) => JSON.stringify(entry)).join('\n');
    assert.match(said, /passed test -e .*, with 2 uncommitted files in its tree\./);
  });
});
