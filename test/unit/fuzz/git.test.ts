import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as z from 'zod';
import { changedFileSchema, checkpointSchema, commitSchema } from '../../../src/protocol/operations.ts';
import { errorBodySchema } from '../../../src/protocol/errors.ts';
import { FlotillaError, toErrorBody } from '../../../src/engine/base/errors.ts';
import { checkpointCommand, isWorkspaceRef } from '../../../src/engine/git/checkpoint.ts';
import { checkpointRefs } from '../../../src/engine/git/checkpointRefs.ts';
import { commitsBetween } from '../../../src/engine/git/commits.ts';
import { parseChangedFiles } from '../../../src/engine/git/diff.ts';
import { explainGitError } from '../../../src/engine/git/explainGitError.ts';
import { GitError, withoutCredentials } from '../../../src/engine/git/gitError.ts';
import { parseLocation } from '../../../src/engine/git/location.ts';
import { mirrorRefs } from '../../../src/engine/git/mirrorRefs.ts';
import { pathBytes, pathOf, quotedPath } from '../../../src/engine/git/pathName.ts';
import { pullRequestUrl } from '../../../src/engine/git/pullRequestUrl.ts';
import { isBranchName } from '../../../src/engine/git/refName.ts';
import { parseStatus } from '../../../src/engine/git/status.ts';
import { damaged, fuzz, hostileText } from '../../support/fuzz.ts';

const id = 'a'.repeat(40);
const joined = (between: string, parts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(parts, { maxLength: 8 }).map((all) => all.join(between));
/** What git is asked for, cut at what it puts between entries, with hostile text and damage in between. */
const output = (between: string, samples: readonly string[]): fc.Arbitrary<Buffer> =>
  joined(between, fc.oneof(damaged(samples), fc.constantFrom(...samples), hostileText)).map((text) =>
    Buffer.from(text),
  );
const answer = (stdout: Buffer): { stdout: Buffer; stderr: string; exitCode: number } => ({
  stdout,
  stderr: '',
  exitCode: 0,
});

describe('fuzzed: what git writes', () => {
  it('about changed files becomes what the operations promise', () =>
    fuzz(
      output('\0', [
        `:100644 100644 ${id} ${id} M`,
        `:100644 100644 ${id} ${id} R086`,
        'src/a.ts',
        '1\t2\tsrc/a.ts',
        '-\t-\tbin',
        '3\t4\t',
      ]),
      (bytes) => {
        const files = parseChangedFiles(bytes);
        z.array(changedFileSchema).parse(files);
        assert.ok(files.length <= bytes.length);
      },
    ));

  it('about commits becomes what the operations promise', () =>
    fuzz(
      output('\n', [`${id} 1790000000\0Ada\0Fix it`, `${id} 253402300800\0Ada\0Far away`, `${id} 0\0\0`]),
      (bytes) => {
        z.array(commitSchema).parse(commitsBetween({ include: [id], exclude: [] }, 10).parse(answer(bytes)));
      },
    ));

  it('about checkpoints becomes what the operations promise', () =>
    fuzz(output('\n', [`3 ${id} 1790000000`, `999999999 ${id} 999999999999`, `1 ${id} `]), (bytes) => {
      z.array(checkpointSchema).parse(checkpointRefs('refs/x/').parse(answer(bytes)));
    }));

  it('about refs and the state of a folder is read without a throw', () =>
    fuzz(output('\n', [`${id} ${id} refs/tags/v1`, `${id}  refs/remotes/origin/main`]), (bytes) => {
      for (const { name, commit } of mirrorRefs.parse(answer(bytes)))
        assert.ok(name !== '' && /^[0-9a-f]{40,64}$/.test(commit));
      const { commit = id, modified, untracked } = parseStatus(bytes);
      assert.ok(/^[0-9a-f]{40,64}$/.test(commit) && modified + untracked <= bytes.length);
    }));

  it('about the state of a folder, in git status, is counted and never more than there is', () =>
    fuzz(
      output('\0', [
        '# branch.head main',
        `# branch.oid ${id}`,
        '1 .M N... 1 1 1 a a x',
        '2 R. N... 1 1 1 a a R100 y',
        '? z',
        'u x',
      ]),
      (bytes) => {
        const { modified, untracked } = parseStatus(bytes);
        assert.ok(modified + untracked <= bytes.toString().split('\0').length);
      },
    ));
});

describe('fuzzed: what an environment says about its repository', () => {
  it('at a checkpoint holds only names that may become refs of ours', () => {
    const samples = [
      ...[
        `commit ${id} 3`,
        `unchanged ${id} 2`,
        `head ${id} flotilla/x`,
        `ref ${id} refs/heads/main`,
        'nested sub/repo',
        'unsaved a',
      ],
      ...[
        `ref ${id} refs/flotilla/checkpoints/3`,
        `ref ${id} refs/flotilla/../../x`,
        `ref ${id} refs/heads/-x`,
        `ref ${id} refs/tags/v1`,
      ],
    ];
    return fuzz(output('\n', samples), (stdout) => {
      const checkpoint = checkpointCommand('/workspaces/x').parse({ exitCode: 0, stdout, stderr: '' });
      for (const { ref, commit } of checkpoint.refs) {
        assert.ok(isWorkspaceRef(ref) && /^[0-9a-f]{40,64}$/.test(commit));
        assert.ok(!ref.includes('..') && !/[\u0000-\u0020\u007f]/.test(ref), JSON.stringify(ref));
      }
      assert.ok(checkpoint.refs.length <= 500);
      for (const text of [...checkpoint.nested, ...checkpoint.unsaved]) assert.match(text, /^[\x20-\x7e]{0,300}$/);
    });
  });

  it('as a branch is no option, no path out and no line of its own', () =>
    fuzz(fc.oneof(hostileText, damaged(['flotilla/fix-login-bcdf', 'feature/a.b', 'HEAD', '@'])), (name) => {
      if (!isBranchName(name)) return;
      assert.ok(
        !name.startsWith('-') && !name.includes('..') && !/[\u0000-\u0020\u007f~^:?*[\\]/.test(name),
        JSON.stringify(name),
      );
      assert.ok(!name.split('/').some((part) => part === '' || part.endsWith('.lock') || part.startsWith('.')));
    }));

  it('as a path loses no byte on its way', () =>
    fuzz(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        hostileText.map((text) => Buffer.from(text)),
      ),
      (raw) => {
        const bytes = Buffer.from(raw.filter((byte) => byte !== 0));
        const path = pathOf(
          quotedPath(pathOf(`"${[...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`)),
        );
        assert.deepEqual(pathBytes(path), bytes);
        assert.match(quotedPath(path), /^[\x20-\x7e]*$/);
      },
    ));
});

describe('fuzzed: where repositories are', () => {
  const secret = 'hunter2-correct-horse';
  it('what a user names is a place or a documented error, never an option or a program', () =>
    fuzz(
      fc.oneof(
        hostileText,
        damaged(['https://git.example/a/b.git', 'git@host:a/b', 'ext::sh -c id', '-upload-pack=x', '../x', '~/x']),
      ),
      (text) => {
        try {
          const found = parseLocation(text, '/home/me');
          const value = found.kind === 'url' ? found.url : found.folder;
          assert.ok(
            !value.startsWith('-') && !/^[a-z0-9]+::/i.test(value) && !/[\u0000-\u001f\u007f]/.test(value),
            value,
          );
        } catch (error) {
          assert.ok(FlotillaError.is(error, 'invalid-input'), String(error));
        }
      },
    ));

  it('what git says of a failure is a documented error that holds no password', () => {
    const urls = ['https', 'http', 'ssh', 'git+ssh'].flatMap((scheme) => [
      `${scheme}://ada:${secret}@git.example/x`,
      `${scheme}://${secret}@git.example/x`,
      `${scheme}://ada:a@${secret}@git.example/x`,
      `${scheme}://ada:it's-${secret}@git.example/x`,
    ]);
    const said = joined(
      ' ',
      fc.oneof(
        hostileText.map((text) => `${text} `),
        fc.constantFrom(...urls.map((url) => `'${url}/': `), 'fatal: unable to access', 'No space left on device'),
      ),
    );
    return fuzz(fc.tuple(said, hostileText), ([stderr, name]) => {
      const explained = explainGitError(new GitError(['fetch', ...urls.slice(0, 1)], 128, stderr), name);
      assert.ok(explained instanceof FlotillaError);
      const body = toErrorBody(explained);
      errorBodySchema.parse(body);
      assert.ok(!JSON.stringify([body, explained.cause, String(explained.cause)]).includes(secret), body.detail);
      assert.ok(!withoutCredentials(stderr).includes(secret));
    });
  });

  it('a page for a pull request is a web page without credentials, or none', () => {
    const remotes = [
      'https://ada:hunter2@github.com/a/b.git',
      'git@gitlab.com:a/b/c.git',
      'ssh://git@ssh.dev.azure.com/v3/a/b/c',
      'https://bitbucket.org/a/b',
      'https://x/scm/k/n.git',
    ];
    return fuzz(
      fc.tuple(fc.oneof(damaged(remotes), hostileText), hostileText, hostileText, hostileText),
      ([remote, branch, target, title]) => {
        const url = pullRequestUrl(remote, { branch: branch.toWellFormed(), target: target.toWellFormed(), title });
        if (url === undefined) return;
        const { protocol, username, password } = new URL(url);
        assert.ok(/^https?:$/.test(protocol) && username === '' && password === '', url);
      },
    );
  });
});
