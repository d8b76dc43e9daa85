import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { parseChangedFiles } from '../../../src/engine/git/diff.ts';
import { parseAdvertised } from '../../../src/engine/git/mirrorFetch.ts';
import { nearest } from '../../../src/engine/git/nearest.ts';
import { isBranchName, requireFreeBranch } from '../../../src/engine/git/refName.ts';
import { parseStatus } from '../../../src/engine/git/status.ts';
import { withoutCredentials } from '../../../src/engine/git/gitError.ts';

const gitTakes = (name: string): boolean => {
  try {
    execFileSync('git', ['check-ref-format', '--branch', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe("names and git's answers are read with suspicion", () => {
  it('every branch name that we take, git takes as well', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '-',
      '.',
      '..',
      '/',
      '@',
      '{',
      '@{',
      '~',
      '^',
      ':',
      '?',
      '*',
      '[',
      '\\',
      ' ',
      '.lock',
      'é',
      '\u0001',
      '\u007f',
      'HEAD',
      '日本',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const name = pieces.join('');
        if (isBranchName(name)) assert.ok(gitTakes(name), name);
      }),
      { numRuns: 200 },
    );
    for (const name of ['flotilla/fix-login-abcd', 'a.b/c_d', 'grün', 'x@y']) assert.ok(isBranchName(name));
  }).timeout(60_000);

  it('a branch is refused that another one stands in the way of', () => {
    for (const taken of ['Task', 'task/one', 'ta'])
      if (taken === 'ta') requireFreeBranch('task', [taken]);
      else
        assert.throws(
          () => requireFreeBranch('task', [taken]),
          (error) => FlotillaError.is(error, 'branch-taken'),
        );
    assert.throws(
      () => requireFreeBranch('a/b', ['a']),
      (error) => FlotillaError.is(error, 'branch-taken'),
    );
    assert.throws(
      () => requireFreeBranch('a..b', []),
      (error) => FlotillaError.is(error, 'invalid-input'),
    );
  });

  it('no parser throws, whatever bytes it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        parseStatus(bytes);
        parseChangedFiles(bytes);
        parseAdvertised(Buffer.from(bytes).toString('utf8'));
      }),
    );
  });

  it('status counts renames once, whatever their old names look like', () => {
    const oid = 'a'.repeat(40);
    const text = [
      `# branch.oid ${oid}`,
      '# branch.head main',
      `2 R. N... 100644 100644 100644 ${oid} ${oid} R100 new`,
      '? old',
      '1 .M N... 100644 100644 100644 a b f',
      '? x',
      '',
    ].join('\0');
    assert.deepEqual(parseStatus(Buffer.from(text)), { branch: 'main', commit: oid, modified: 2, untracked: 1 });
  });

  it('what an origin advertises is taken without peeled tags and foreign refs', () => {
    const offered = parseAdvertised(
      'ref: refs/heads/dev\tHEAD\n1\tHEAD\n1\trefs/heads/dev\n2\trefs/tags/v1\n3\trefs/tags/v1^{}\n4\trefs/pull/1/head\n',
    );
    assert.deepEqual(
      [...offered.refs],
      [
        ['refs/heads/dev', '1'],
        ['refs/tags/v1', '2'],
      ],
    );
    assert.deepEqual([offered.headBranch, offered.headCommit], ['dev', '1']);
  });

  it('near names are found and far ones are not', () => {
    assert.deepEqual(nearest('mian', ['main', 'master', 'release']), ['main']);
    assert.deepEqual(nearest('login', ['feature/login', 'x']), ['feature/login']);
    assert.deepEqual(nearest('zzz', ['main']), []);
  });

  it('credentials are taken out of URLs wherever they stand in a text', () => {
    assert.equal(
      withoutCredentials("fatal: 'https://u:p@h/x' and ssh://git@h/y"),
      "fatal: 'https://h/x' and ssh://h/y",
    );
    assert.equal(withoutCredentials('To git@h:a/b'), 'To git@h:a/b');
  });
});
