import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import type { Connect } from '../../../src/engine/git/incoming.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';

describe('what comes out of an environment is hostile', () => {
  let scratch: Scratch;
  let environment: LocalEnvironment;
  let workspace: string;
  let folder: string;
  let store: WorkStore;
  let base: string;

  beforeEach(async () => {
    scratch = new Scratch();
    base = makeRepository(scratch.path('repo'));
    const mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(scratch.path('repo')));
    await mirror.ensure();
    environment = new LocalEnvironment(scratch.path('environment'));
    ({ workspace } = environment);
    environment.fill({ branch: 'task', base, url: undefined, refs: [], objects: mirror.objectsFolder });
    folder = scratch.path('work.git');
    store = WorkStore.open(folder, mirror.objectsFolder);
  });

  afterEach(() => {
    scratch.remove();
  });

  const refs = (): string[] =>
    git(folder, 'for-each-ref', '--format=%(refname)')
      .split('\n')
      .filter((line) => line !== '');
  /** An upload-pack that says whatever it likes. */
  const saying =
    (text: string | Buffer): Connect =>
    (signal) => {
      const fromUploadPack = new PassThrough();
      const toUploadPack = new PassThrough();
      toUploadPack.resume();
      fromUploadPack.end(text);
      signal.addEventListener('abort', () => toUploadPack.destroy());
      return Promise.resolve({ fromUploadPack, toUploadPack, end: new Promise<number>(() => undefined) });
    };

  it('so no hook, filter or command that a session plants runs on the host', async () => {
    const canary = scratch.path('ran');
    const script = scratch.path('script');
    writeFileSync(script, `#!/bin/sh\n[ -n "$FLOTILLA_TEST_INSIDE" ] || touch '${canary}'; exec "$@"\n`, {
      mode: 0o755,
    });
    const settings = [
      'core.fsmonitor',
      'core.sshCommand',
      'core.gitProxy',
      'diff.external',
      'core.pager',
      'core.alternateRefsCommand',
      'diff.x.command',
      'diff.x.textconv',
      'filter.x.clean',
      'filter.x.smudge',
      'uploadpack.packObjectsHook',
      'core.editor',
    ];
    commit(workspace, { '.gitattributes': '* filter=x diff=x\n', 'a.txt': 'a\n' });
    for (const setting of settings) git(workspace, 'config', setting, script);
    git(workspace, 'config', 'core.hooksPath', scratch.path('hooks'));
    for (const hook of ['post-checkout', 'reference-transaction', 'pre-push', 'post-update', 'update', 'pre-auto-gc'])
      write(scratch.folder, { [`hooks/${hook}`]: readFileSync(script, 'utf8') });
    await store.receive('abc', { connect: environment.connect });
    const head = (await store.head('abc', 'task'))!;
    const { patch } = await store.diff(base, head);
    assert.match(patch!, /\+a/);
    await store.commits(base, head);
    await store.unpushed('abc', [base]);
    assert.ok(!existsSync(canary));
    assert.deepEqual(refs(), ['refs/flotilla/abc/heads/task']);
  });

  it('so only branches and checkpoints are taken, whatever else is offered', async () => {
    const head = commit(workspace, { a: 'a' });
    git(workspace, 'update-ref', 'refs/notes/x', head);
    git(workspace, 'tag', 'v9');
    git(workspace, 'update-ref', 'refs/flotilla/other/heads/x', head);
    environment.checkpoint();
    await store.receive('abc', { connect: environment.connect });
    assert.deepEqual(refs(), ['refs/flotilla/abc/checkpoints/1', 'refs/flotilla/abc/heads/task']);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    await store.deleteSession('abc');
    assert.deepEqual(refs(), []);
  });

  it('so refs that were told are checked again', async () => {
    const head = commit(workspace, { a: 'a' });
    const tree = git(workspace, 'rev-parse', 'HEAD^{tree}');
    git(workspace, 'tag', '--annotate', '--message=One', 'v1');
    git(workspace, 'tag', '--annotate', '--message=Tree', 'of-tree', tree);
    const [tag = '', ofTree = ''] = git(workspace, 'rev-parse', 'v1', 'of-tree').split('\n');
    const told = [
      { ref: 'refs/heads/task', commit: head },
      { ref: 'refs/heads/a', commit: head },
      { ref: 'refs/heads/a/b', commit: head },
      { ref: 'refs/heads/tree', commit: tree },
      { ref: 'refs/heads/../../../x', commit: head },
      { ref: 'refs/flotilla/zzz/heads/x', commit: head },
      { ref: 'refs/heads/tagged', commit: tag },
      { ref: 'refs/tags/v1', commit: tag },
      { ref: 'refs/tags/v1/x', commit: head },
      { ref: 'refs/tags/tree', commit: tree },
      { ref: 'refs/tags/of-tree', commit: ofTree },
      { ref: 'refs/tags/../heads/task', commit: base },
      { ref: 'refs/tags/-x', commit: head },
    ];
    await store.receive('abc', { connect: environment.connect, refs: told });
    const tagged = `refs/flotilla/abc/tags/${tag}/v1`;
    assert.deepEqual(refs(), ['refs/flotilla/abc/heads/a', 'refs/flotilla/abc/heads/task', tagged]);
    assert.deepEqual(git(folder, 'for-each-ref', 'refs/tags'), '');
  });

  it('so a commit that is not there, garbage and silence are errors, and leave the store as it was', async () => {
    const told = [{ ref: 'refs/heads/task', commit: '1'.repeat(40) }];
    await assert.rejects(store.receive('abc', { connect: environment.connect, refs: told }));
    for (const text of ['', 'hello\n', '0000', `003f${'1'.repeat(40)} refs/heads/x\0\n`, Buffer.alloc(100_000, 0xff)])
      await assert.rejects(
        store.receive('abc', { connect: saying(text), refs: told }),
        (error) => error instanceof FlotillaError,
      );
    assert.deepEqual(refs(), []);
    commit(workspace, { a: 'a' });
    await store.receive('abc', { connect: environment.connect });
    assert.equal(refs().length, 1);
  });

  it('so a commit that came without its files, once, is fetched whole the next time', async () => {
    const head = commit(workspace, { a: 'a' });
    await store.receive('other', { connect: environment.connect, refs: [] });
    environment.run([
      'sh',
      '-c',
      `git -C '${workspace}' cat-file commit ${head} | git -C '${folder}' hash-object -w -t commit --stdin`,
    ]);
    await store.receive('abc', { connect: environment.connect });
    assert.equal((await store.diff(base, head)).files.length, 1);
    assert.equal(git(folder, 'fsck', '--connectivity-only'), '');
  });

  it('so objects that git would stumble over are refused', async () => {
    const blob = git(workspace, 'hash-object', '-w', '--', `${workspace}/README.md`);
    environment.run([
      'sh',
      '-c',
      `cd '${workspace}' && printf '100644 .git\\0%b' "$(echo ${blob} | sed 's/../\\\\x&/g')" > ../tree`,
    ]);
    const tree = git(workspace, 'hash-object', '-w', '-t', 'tree', '--literally', '../tree');
    const evil = git(workspace, 'commit-tree', '-m', 'evil', tree);
    await assert.rejects(
      store.receive('abc', { connect: environment.connect, refs: [{ ref: 'refs/heads/task', commit: evil }] }),
      /./,
    );
    assert.deepEqual(refs(), []);
  });

  it('so a flood ends at the limit', async () => {
    write(workspace, { big: Array.from({ length: 100_000 }, () => Math.random()).join() });
    commit(workspace, {});
    await assert.rejects(store.receive('abc', { connect: environment.connect, maxBytes: 100_000 }), (error) =>
      FlotillaError.is(error, 'limit-reached'),
    );
    const endless: Connect = (signal) => {
      const fromUploadPack = new PassThrough();
      const toUploadPack = new PassThrough().resume();
      const line = Buffer.from(`003f${'1'.repeat(40)} refs/heads/xxxxxx\n`);
      const timer = setInterval(() => fromUploadPack.write(Buffer.concat(Array.from({ length: 1000 }, () => line))), 1);
      signal.addEventListener('abort', () => {
        clearInterval(timer);
      });
      return Promise.resolve({ fromUploadPack, toUploadPack, end: new Promise<number>(() => undefined) });
    };
    await assert.rejects(
      store.receive('abc', {
        connect: endless,
        maxBytes: 1_000_000,
        refs: [{ ref: 'refs/heads/x', commit: '2'.repeat(40) }],
      }),
      (error) => FlotillaError.is(error, 'limit-reached'),
    );
  }).timeout(60_000);

  it('so one that never answers ends with the signal', async () => {
    const silent: Connect = () =>
      Promise.resolve({
        fromUploadPack: new PassThrough(),
        toUploadPack: new PassThrough().resume(),
        end: new Promise<number>(() => undefined),
      });
    await assert.rejects(store.receive('abc', { connect: silent, signal: AbortSignal.timeout(200) }), (error) =>
      FlotillaError.is(error, 'cancelled'),
    );
  });

  it('so names with line breaks, quotes and broken bytes come through a diff as data', async () => {
    write(workspace, { 'a\nb"c\t\u001b[31m': 'x\n', ':100644 100644 a b M': 'y\n', 'old name': 'some longer text\n' });
    environment.run(['sh', '-c', `cd '${workspace}' && printf z > "$(printf 'bad\\377byte')"`]);
    const before = commit(workspace, {});
    git(workspace, 'mv', 'old name', 'new name');
    const after = commit(workspace, {});
    await store.receive('abc', { connect: environment.connect });
    const { files } = await store.diff(base, before, { patch: false });
    assert.deepEqual(files.map(({ path }) => path).sort(), [
      ':100644 100644 a b M',
      'a\nb"c\t\u001b[31m',
      'bad\uFFFDbyte',
      'old name',
    ]);
    assert.deepEqual((await store.diff(before, after)).files, [
      { status: 'renamed', path: 'new name', from: 'old name', added: 0, removed: 0 },
    ]);
  });

  it('so a long patch is cut at a line', async () => {
    const head = commit(workspace, { long: 'line of text\n'.repeat(10_000) });
    await store.receive('abc', { connect: environment.connect });
    const { patch, truncated, files } = await store.diff(base, head, { maxBytes: 5000 });
    assert.ok(truncated && patch!.length <= 5000 && patch!.endsWith('\n'));
    assert.equal(files[0]?.added, 10_000);
  });

  it('and a branch that another one makes room for is kept', async () => {
    const first = commit(workspace, { a: 'a' });
    await store.receive('abc', { connect: environment.connect });
    git(workspace, 'checkout', '--quiet', '-b', 'side', base);
    git(workspace, 'branch', '-D', 'task');
    git(workspace, 'branch', 'task/deeper');
    await store.receive('abc', { connect: environment.connect });
    assert.deepEqual(refs(), [
      'refs/flotilla/abc/heads/side',
      'refs/flotilla/abc/heads/task/deeper',
      'refs/flotilla/abc/previous/1',
    ]);
    assert.equal(git(folder, 'rev-parse', 'refs/flotilla/abc/previous/1'), first);
  });
});
