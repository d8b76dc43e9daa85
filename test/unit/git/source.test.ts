import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { ErrorCode } from '../../../src/protocol/errors.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { commit, git, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';

const rejects = (text: string, code: ErrorCode, words: RegExp = /./, cwd?: string): Promise<void> =>
  assert.rejects(resolveSource(text, cwd), (error) => FlotillaError.is(error, code) && words.test(error.message));

describe('a source is found out before anything is made', () => {
  let scratch: Scratch;
  let repo: string;

  beforeEach(() => {
    scratch = new Scratch();
    repo = scratch.path('ein Größe repo');
    makeRepository(repo);
  });

  afterEach(() => {
    scratch.remove();
  });

  it('takes a folder with spaces and letters beyond ASCII, and a folder inside it for its top', async () => {
    mkdirSync(`${repo}/inner/deep`, { recursive: true });
    const [top, inner] = await Promise.all([resolveSource(repo), resolveSource('inner/deep', repo)]);
    assert.equal(top.name, 'ein Größe repo');
    assert.deepEqual(inner, top);
    assert.match(top.id, /^ein-grosse-repo-[0-9a-f]{10}$|^[a-z0-9-]+-[0-9a-f]{10}$/);
    assert.equal(top.folder?.branch, 'main');
    assert.equal(top.pushUrl, undefined);
  });

  it('counts uncommitted work and leaves it and the index alone', async () => {
    write(repo, { 'README.md': 'changed\n', 'new file': 'x', '.gitignore': 'ignored\n', ignored: 'x' });
    const before = statSync(`${repo}/.git/index`).mtimeMs;
    const { folder } = await resolveSource(repo);
    assert.deepEqual(folder?.dirty, { modified: 1, untracked: 2 });
    assert.equal(statSync(`${repo}/.git/index`).mtimeMs, before);
  });

  it('runs neither fsmonitor nor hooks nor filters that the folder itself names', async () => {
    const canary = scratch.path('ran');
    const script = scratch.path('script');
    writeFileSync(script, `#!/bin/sh\ntouch '${canary}'\ncat\n`, { mode: 0o755 });
    commit(repo, { '.gitattributes': '* filter=evil\n', 'a.txt': 'a\n' });
    git(repo, 'config', 'core.fsmonitor', script);
    git(repo, 'config', 'filter.evil.clean', `'${script}'`);
    git(repo, 'config', 'filter.evil.required', 'true');
    writeFileSync(`${repo}/.git/hooks/post-index-change`, `#!/bin/sh\ntouch '${canary}'\n`, { mode: 0o755 });
    utimesSync(`${repo}/a.txt`, 1, 1);
    await resolveSource(repo);
    assert.ok(!existsSync(canary));
  });

  it('finds a detached HEAD, a bare repository and a linked worktree', async () => {
    git(repo, 'checkout', '--quiet', '--detach');
    assert.equal((await resolveSource(repo)).folder?.branch, undefined);
    git(scratch.folder, 'clone', '--quiet', '--bare', repo, 'bare.git');
    git(scratch.path('bare.git'), 'remote', 'remove', 'origin');
    const bare = await resolveSource(scratch.path('bare.git'));
    assert.deepEqual([bare.folder?.bare, bare.name, bare.pushUrl], [true, 'bare', scratch.path('bare.git')]);
    git(repo, 'worktree', 'add', '--quiet', '-b', 'side', scratch.path('linked'));
    assert.equal((await resolveSource(scratch.path('linked'))).folder?.branch, 'side');
  });

  it("names a folder's remote without the token in its URL, and resolves a relative one", async () => {
    git(repo, 'remote', 'add', 'origin', 'https://x-access-token:ghs_secret@example.org/a/b.git');
    const source = await resolveSource(repo);
    assert.equal(source.pushUrl, 'https://example.org/a/b.git');
    assert.ok(!JSON.stringify(source).includes('secret'));
    git(repo, 'remote', 'set-url', 'origin', '../other.git');
    assert.equal((await resolveSource(repo)).pushUrl, scratch.path('other.git'));
  });

  it('refuses what is missing, empty, shallow or no repository', async () => {
    mkdirSync(scratch.path('plain'));
    writeFileSync(scratch.path('file'), '');
    execFileSync('git', ['init', '--quiet', scratch.path('empty')]);
    commit(repo, { a: 'a' });
    git(scratch.folder, 'clone', '--quiet', '--depth=1', `file://${repo}`, 'shallow');
    await rejects(scratch.path('nothing'), 'repository-missing', /does not exist/);
    await rejects(scratch.path('file'), 'repository-missing', /is a file/);
    await rejects(scratch.path('plain'), 'repository-missing', /git init/);
    await rejects(scratch.path('empty'), 'repository-empty', /first commit/);
    await rejects(scratch.path('shallow'), 'repository-shallow', /--unshallow/);
  });

  it('refuses options, transports that run programs, and secrets in URLs', async () => {
    for (const text of [
      '',
      '-x',
      '--upload-pack=touch /tmp/x',
      'ext::sh -c id',
      'fd::3',
      'a\nb',
      'ftp://h/x',
      'ssh://-oProxyCommand=id/x',
      'https:///x',
    ])
      await rejects(text, 'invalid-input');
    await rejects('relative/path', 'invalid-input', /absolute/);
    for (const url of [
      'https://me:secret@example.org/x',
      'https://ghp_0123456789abcdef@github.com/a/b',
      'ssh://me:secret@h/x',
    ])
      await assert.rejects(resolveSource(url), (error) => {
        assert.ok(FlotillaError.is(error, 'invalid-input'));
        return /credential helper/.test(error.message) && !/secret|ghp_/.test(error.message);
      });
  });

  it('reads URLs of every form as text alone, and gives one repository one id', async () => {
    const names = async (text: string): Promise<string> => (await resolveSource(text)).name;
    assert.equal(await names('git@example.org:team/tool.git'), 'tool');
    assert.equal(await names('ssh://git@example.org:22/team/tool.git/'), 'tool');
    assert.equal(await names('https://example.org/team/my%20tool'), 'my tool');
    assert.equal(await names('file:///srv/git/tool.git'), 'tool');
    assert.equal(await names('host:..'), 'repository');
    const ids = await Promise.all(
      ['https://Example.org/a/b', 'HTTPS://example.org/a/b.git', 'https://me@example.org/a/b/'].map(
        async (url) => (await resolveSource(url)).id,
      ),
    );
    assert.equal(new Set(ids).size, 1);
  });
});
