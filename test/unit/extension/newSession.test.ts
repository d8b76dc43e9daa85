import assert from 'node:assert/strict';
import { type Choices, createInput, givenInput } from '../../../src/extension/newSession/choices.ts';
import { isUrl } from '../../../src/extension/newSession/isUrl.ts';
import { fieldProblem, refProblem } from '../../../src/extension/newSession/problems.ts';
import { operations } from '../../../src/protocol/operations.ts';

const choices: Choices = {
  ...{
    repository: '/shop',
    prompt: 'Fix it',
    base: '',
    name: '',
    branch: '',
    takeUncommitted: false,
    certificates: '',
    whenRefused: 'wait',
  },
  ...{ mode: 'autonomous', model: '', permissionMode: 'bypassPermissions', image: '', setup: '', network: 'bridge' },
  ...{ memory: 2, cpus: 1, pids: 512 },
};

describe('the choices for a new session', () => {
  it('make an input that the engine takes, without what was left open', () => {
    const input = createInput({ ...choices, base: ' release ' });
    assert.ok(operations['session.create'].input.safeParse(input).success);
    assert.equal(input.base, 'release');
    assert.deepEqual(input.limits, { memory: 2 * 1024 ** 3, cpus: 1, pids: 512 });
    assert.ok(!('image' in input) && !('name' in input));
  });

  it('make an interactive session when there is no task', () => {
    assert.equal(createInput({ ...choices, prompt: ' ' }).mode, 'interactive');
    assert.equal(createInput(choices).mode, 'autonomous');
  });

  it('can be given whole by another program, and not by anything else', () => {
    assert.equal(givenInput({ repository: '/shop', prompt: 'x' })?.repository, '/shop');
    for (const given of [undefined, 'abc', {}, { repository: '/shop', password: 'x' }])
      assert.equal(givenInput(given), undefined);
  });
});

describe('what is typed for a new session', () => {
  it('is told apart: URLs and folders', () => {
    for (const url of ['https://a.example/b.git', 'ssh://git@a.example/b', 'git@a.example:b/c.git', 'host:b'])
      assert.ok(isUrl(url), url);
    for (const other of ['/a/b', './a', 'a b', 'C:\\x', 'c:/x', 'shop', '']) assert.ok(!isUrl(other), other);
  });

  it('is refused where git would refuse it', () => {
    for (const ref of ['-x', 'a b', 'a..b', 'a~1^', 'x.lock', '/a', 'a/', 'a//b', 'a@{1}', 'a\u0000'])
      assert.ok(refProblem(ref), ref);
    for (const ref of ['main', 'feature/a-b_c.d', 'v1.0', 'ä', '']) assert.equal(refProblem(ref), undefined, ref);
  });

  it('is a number within its limits', () => {
    for (const text of ['0.5', '2', '2,5']) assert.equal(fieldProblem('cpus', text), undefined, text);
    for (const text of ['', '0', 'two', '-1', '99999']) assert.ok(fieldProblem('cpus', text), text);
    assert.ok(fieldProblem('pids', '100.5'));
    assert.equal(fieldProblem('memory', '0.25'), undefined);
  });

  it('is no longer than the engine takes', () => {
    assert.ok(fieldProblem('name', 'x'.repeat(81)));
    assert.ok(fieldProblem('model', 'two words'));
    assert.equal(fieldProblem('setup', 'npm ci && npm run build'), undefined);
    assert.ok(fieldProblem('branch', 'x'.repeat(201)));
  });
});
