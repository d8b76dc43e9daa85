import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { sides, text } from '../../support/landingShape.ts';
import { git, write } from '../../support/localEnvironment.ts';
import { RebaseBed } from '../../support/rebaseBed.ts';

const files = { f: text(), 'a/1': 'one\n', 'b/2': 'two\n', 'c/3': 'three\n', own: 'own\n' };
const shape = sides('one', {
  base: files,
  ours: [{ 'a/1': 'ONE\n', 'b/2': null, 'c/3': null, c: 'a file\n', 'd/4': 'four\n', e: 'five\n' }],
  theirs: [{ f: text({ 3: 'y' }) }],
});

describe("a move of a session's own tree", function () {
  this.timeout(60_000);
  let bed: RebaseBed;
  let result: string;

  beforeEach(() => {
    bed = new RebaseBed(shape);
    result = bed.toTheEnd(bed.begin()).commit;
    write(bed.workspace, { own: 'changed\n', untracked: 'u\n' });
  });

  afterEach(() => {
    bed.remove();
  });

  const refused = (from: string, to: string): string => {
    const before = bed.snapshot();
    const answer = bed.move(from, to);
    assert.deepEqual(bed.snapshot(), before);
    return answer.state === 'refused' ? answer.reason : answer.state;
  };

  it('refuses with a reason, and changes nothing', () => {
    assert.equal(refused(bed.onto, result), 'moved-on');
    assert.equal(refused(bed.head, '0'.repeat(40)), 'onto-missing');
    for (const trace of ['CHERRY_PICK_HEAD', 'BISECT_START', 'rebase-merge']) {
      writeFileSync(`${bed.workspace}/.git/${trace}`, '');
      assert.equal(refused(bed.head, result), 'operation', trace);
      rmSync(`${bed.workspace}/.git/${trace}`);
    }
    writeFileSync(`${bed.workspace}/.git/index.lock`, '');
    assert.equal(refused(bed.head, result), 'locked');
  });

  it('says that it has moved when it is there already', () => {
    assert.deepEqual(bed.move(bed.head, result), { state: 'moved', commit: result });
    assert.deepEqual(bed.move(bed.head, result), { state: 'moved', commit: result });
    assert.deepEqual(bed.recover(), { state: 'moved', commit: result });
    const state = bed.state();
    assert.equal(state.state === 'done' && state.moved, true);
  });

  /** Git dies while it writes the file of that name, once. */
  const dieAt = (name: string): void => {
    const program = bed.scratch.path('program');
    const died = bed.scratch.path('died');
    writeFileSync(program, `#!/bin/sh\n[ -e '${died}' ] || { : >'${died}'; kill -9 $PPID; }\nexec cat\n`);
    chmodSync(program, 0o755);
    git(bed.workspace, 'config', 'filter.deadly.smudge', `exec '${program}'`);
    writeFileSync(`${bed.workspace}/.git/info/attributes`, `/${name} filter=deadly\n`);
  };

  for (const name of ['a/1', 'c', 'd/4', 'e']) {
    it(`that was cut off at ${name} is ended forward or taken back`, () => {
      const before = bed.snapshot();
      for (const back of [false, true]) {
        rmSync(bed.scratch.path('died'), { force: true });
        dieAt(name);
        assert.equal(bed.move(bed.head, result).state, 'failed');
        assert.ok(existsSync(`${bed.workspace}/.git/index.lock`));
        assert.deepEqual(bed.state(), { state: 'moving', from: bed.head, to: result });
        assert.equal(refusedNow(), 'interrupted');
        if (back) assert.deepEqual(bed.abort(), { state: 'ok' });
        else assert.deepEqual(bed.recover(), { state: 'moved', commit: result });
        assert.equal(git(bed.workspace, 'status', '--porcelain'), 'M own\n?? untracked');
        assert.equal(git(bed.workspace, 'rev-parse', 'HEAD'), back ? bed.head : result);
        assert.equal(readFileSync(`${bed.workspace}/own`, 'utf8'), 'changed\n');
        git(bed.workspace, 'config', '--remove-section', 'filter.deadly');
        if (!back) assert.equal(bed.move(result, bed.head).state, 'moved');
      }
      assert.deepEqual(bed.snapshot()['files'], before['files']);
    });
  }
  const refusedNow = (): string => {
    const answer = bed.move(bed.head, result);
    return answer.state === 'refused' ? answer.reason : answer.state;
  };

  it('is not ended when the session has moved on meanwhile', () => {
    dieAt('e');
    bed.move(bed.head, result);
    git(bed.workspace, 'update-ref', 'HEAD', bed.onto);
    const answer = bed.recover();
    assert.equal(answer.state === 'refused' && answer.reason, 'moved-on');
  });
});
