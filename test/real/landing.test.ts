import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { HomeBed, keepBoth } from '../support/homeBed.ts';
import { git } from '../support/sampleRepository.ts';
import { bash, sessionOf } from '../support/sessions.ts';

const change = (line: string): string => `sed -i s/two/${line}/ list.txt && git commit -qam "Say ${line}"`;
const verify = 'grep -c . list.txt && grep three list.txt';

/** A session's way home by the command, in a real container, with the real Claude Code. */
describe('landing a session', function () {
  this.timeout(180_000);
  let bed: HomeBed;

  before(async function () {
    bed = await HomeBed.startFor(this);
  });
  after(() => bed.close());

  it('rebases onto the target, verifies, and pushes there', async () => {
    const repository = await bed.repository(verify);
    const id = await bed.session(repository, 'echo new > new.txt && git add . && git commit -qm New');
    const tip = await bed.push(repository, { 'other.txt': 'changed\n' });
    const plan = await bed.ok('land', id, '--plan');
    assert.match(plan, /1 commit to land on main .*1 commit ahead/);
    assert.match(plan, /Verify {3}grep -c .*\(from \.flotilla\.yaml\)/);
    const said = await bed.ok('land', id, '--to', 'target');
    assert.match(said, /verify {5}grep -c[^]*\n {11}3\n {11}three\nverified/);
    assert.match(said, /pushed {5}[0-9a-f]{9} to main on /);
    assert.equal(await git(repository.remote, 'rev-parse', 'main~1'), tip);
    assert.equal(await bed.onMain(repository, 'new.txt'), 'new');
    assert.equal(await bed.inside(id, 'git rev-parse HEAD'), await git(repository.remote, 'rev-parse', 'main'));
    assert.match(await bed.ok('list'), / landed /);
    assert.match(await bed.ok('landing', id), /^Landing {4}landed/);
    await bed.ok('remove', id, '--yes');
  });

  it('has Claude resolve a conflict, and tells who did it, how sure it is, and why', async () => {
    const repository = await bed.repository(verify);
    const id = await bed.session(repository, change('mine'));
    await bed.push(repository, { 'list.txt': 'one\ntheirs\nthree\n' });
    assert.match(
      await bed.ok('land', id, '--plan'),
      /Conflicts to expect\n[0-9a-f]{9} {2}list\.txt \(content, 1 place\)/,
    );
    const { claudeSessionId } = await sessionOf(bed.flotilla, id);
    const said = await bed.ok('land', id, '--squash', '--message', 'Say both');
    assert.match(said, /conflict {3}list\.txt \(content\)/);
    assert.match(said, /resolved {3}list\.txt by Claude, confidence 95%\n {11}Both lines belong on the list\./);
    assert.equal(await bed.onMain(repository, 'list.txt'), 'one\ntheirs\nmine\nthree');
    assert.equal(await git(repository.remote, 'log', '-1', '--format=%s', 'main'), 'Say both');
    assert.equal((await sessionOf(bed.flotilla, id)).claudeSessionId, claudeSessionId);
  });

  it('leaves what Claude is not sure of to a person', async () => {
    bed.resolves(keepBoth(0.4));
    const repository = await bed.repository(verify);
    const id = await bed.session(repository, change('mine'));
    await bed.push(repository, { 'list.txt': 'one\ntheirs\nthree\n' });
    const said = await bed.ends(6, 'land', id, '--to', 'target');
    assert.match(said, /proposed {3}list\.txt by Claude, confidence 40%/);
    assert.match(said, new RegExp(`flotilla landing resolve ${id} --accept`));
    assert.equal(await bed.onMain(repository, 'list.txt'), 'one\ntheirs\nthree');
    assert.match(
      await bed.ends(6, 'landing', 'resolve', id, '--path', 'list.txt', '--refuse'),
      /conflict {3}list\.txt/,
    );
    bed.resolves(keepBoth(0.9));
    await bed.run('landing', 'resolve', id, '--advice', 'keep both');
    assert.ok(bed.flotilla.api.requests.some(({ prompt }) => prompt?.includes('keep both')));
    assert.equal((await bed.bringHome(id)).state, 'landed');
    assert.equal(await bed.onMain(repository, 'list.txt'), 'one\ntheirs\nmine\nthree');
  });

  it("is done by hand: a side taken, or a version of one's own", async () => {
    const repository = await bed.repository(verify);
    const id = await bed.session(repository, `${change('mine')}; sed -i s/other/own/ other.txt; git commit -qam Own`);
    await bed.push(repository, { 'list.txt': 'one\ntheirs\nthree\n', 'other.txt': 'foreign\n' });
    const said = await bed.ends(6, 'land', id, '--to', 'target', '--by-hand');
    assert.match(said, new RegExp(`flotilla landing resolve ${id} --path list\\.txt --take ours`));
    assert.match(await bed.ends(6, 'landing', 'continue', id), /list\.txt/);
    const { stdout } = await bed.run('landing', 'conflict', id, 'list.txt');
    assert.match(stdout, /^one\n<<<<<<< [^]*\ntheirs\n[^]*\nmine\n>>>>>>> [^]*\nthree\n$/);
    const own = path.join(bed.flotilla.folder, 'own.txt');
    await writeFile(own, 'one\nboth, by hand\nthree\n');
    await bed.ends(6, 'landing', 'resolve', id, '--path', 'list.txt', '--from', own);
    assert.match(await bed.ends(6, 'landing', 'continue', id), /conflict {3}other\.txt/);
    await bed.ends(6, 'landing', 'resolve', id, '--path', 'other.txt', '--take', 'theirs');
    await bed.ok('landing', 'continue', id);
    assert.equal(await bed.onMain(repository, 'list.txt'), 'one\nboth, by hand\nthree');
    assert.equal(await bed.onMain(repository, 'other.txt'), 'own');
  });

  it('pushes nothing that fails its verification, and has Claude mend it', async () => {
    const repository = await bed.repository('grep good list.txt');
    const id = await bed.session(repository, change('bad'));
    const tip = await git(repository.remote, 'rev-parse', 'main');
    const said = await bed.ends(1, 'land', id, '--to', 'target');
    assert.match(said, /red {8}grep good list\.txt \(exit code 1\)/);
    assert.match(said, new RegExp(`flotilla landing fix ${id}`));
    assert.equal(await git(repository.remote, 'rev-parse', 'main'), tip);
    bed.resolves({
      match: 'the verification failed with exit code 1: grep good',
      steps: [bash('sed -i s/bad/good/ list.txt && git commit -qam Mend'), { text: 'Mended.' }],
    });
    await bed.ok('landing', 'fix', id);
    await bed.flotilla.until(id, ({ state, resultText }) => state === 'completed' && resultText === 'Mended.');
    assert.match(await bed.ok('landing', 'continue', id), /pushed/);
    assert.equal(await bed.onMain(repository, 'list.txt'), 'one\ngood\nthree');
  });

  it('pushes nothing unverified without a yes', async () => {
    const repository = await bed.repository();
    const id = await bed.session(repository, change('mine'));
    const said = await bed.ends(6, 'land', id, '--to', 'target');
    assert.match(said, new RegExp(`flotilla landing continue ${id} --unverified`));
    assert.equal(await bed.onMain(repository, 'list.txt'), 'one\ntwo\nthree');
    assert.match(await bed.ends(6, 'landing', 'push', id), /not verified/);
    await bed.ok('landing', 'continue', id, '--unverified');
    assert.equal(await bed.onMain(repository, 'list.txt'), 'one\nmine\nthree');
  });

  it('does all of it again when the target moves meanwhile', async () => {
    const repository = await bed.repository(
      'touch /tmp/verifying; until [ -e /tmp/go ]; do sleep 0.1; done; cat other.txt',
    );
    const id = await bed.session(repository, change('mine'));
    const landing = bed.ok('land', id, '--to', 'target');
    await bed.until(id, ({ verify: running }) => running?.outcome === 'running');
    await bed.inside(id, 'until [ -e /tmp/verifying ]; do sleep 0.1; done');
    const tip = await bed.push(repository, { 'other.txt': 'moved\n' });
    await bed.inside(id, 'touch /tmp/go');
    const said = await landing;
    assert.match(said, /again {6}main has moved to/);
    assert.match(said, /\n {11}moved\nverified/);
    assert.equal(await git(repository.remote, 'rev-parse', 'main~1'), tip);
  });

  it('is undone: on the target with a commit that reverts it, on its own branch by going back', async () => {
    const repository = await bed.repository(verify);
    const id = await bed.session(repository, change('mine'));
    const head = await bed.inside(id, 'git rev-parse HEAD');
    await bed.push(repository, { 'other.txt': 'changed\n' });
    await bed.ok('land', id);
    const { branch } = await sessionOf(bed.flotilla, id);
    await git(repository.remote, 'rev-parse', '--verify', `refs/heads/${branch}`);
    await bed.ok('undo', id);
    assert.equal(await bed.inside(id, 'git rev-parse HEAD'), head);
    await assert.rejects(git(repository.remote, 'rev-parse', '--verify', `refs/heads/${branch}`));

    await bed.ok('land', id, '--to', 'target');
    const landed = await git(repository.remote, 'rev-parse', 'main');
    assert.match(await bed.ends(4, 'undo', id), /revert/);
    await bed.ok('undo', id, '--revert-target');
    assert.equal(await git(repository.remote, 'rev-parse', 'main~1'), landed);
    assert.equal(await bed.onMain(repository, 'list.txt'), 'one\ntwo\nthree');
    assert.equal(await bed.inside(id, 'git rev-parse HEAD'), head);
    assert.match(await bed.ok('landing', id), /^Landing {4}undone[^]*taken back/);
  });

  it('leaves the session exactly as it was when it is given up', async () => {
    const repository = await bed.repository(verify);
    const id = await bed.session(
      repository,
      `${change('mine')}; echo more >> other.txt; git add other.txt; echo yet >> other.txt; echo loose > loose.txt`,
    );
    await bed.push(repository, { 'list.txt': 'one\ntheirs\nthree\n' });
    const before = await bed.looks(id);
    await bed.ends(6, 'land', id, '--by-hand');
    await bed.run('landing', 'resolve', id, '--take', 'theirs');
    await bed.ok('landing', 'abort', id);
    assert.equal(await bed.looks(id), before);
    assert.match(await bed.ends(4, 'landing', 'abort', id), /over|no landing/i);
  });
});
