import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch } from '../../support/localEnvironment.ts';

describe("a session's branch is pushed", () => {
  let scratch: Scratch;
  let environment: LocalEnvironment;
  let store: WorkStore;
  let origin: string;
  let repo: string;
  let base: string;
  let made: string;
  const branch = 'flotilla/task-abc';

  const push = async (
    more: { commit?: string; expected?: string; from?: string } = {},
  ): ReturnType<WorkStore['push']> =>
    store.push({
      source: await resolveSource(more.from ?? origin),
      branch,
      commit: more.commit ?? made,
      expected: more.expected,
    });
  const there = (): string => git(origin, 'rev-parse', `refs/heads/${branch}`);
  const hook = (name: string, text: string): void => {
    writeFileSync(`${origin}/hooks/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  };

  beforeEach(async () => {
    scratch = new Scratch();
    repo = scratch.path('repo');
    base = makeRepository(repo);
    git(scratch.folder, 'clone', '--quiet', '--bare', repo, 'origin.git');
    origin = scratch.path('origin.git');
    git(origin, 'remote', 'remove', 'origin');
    mkdirSync(`${origin}/hooks`, { recursive: true });
    const mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(origin));
    await mirror.ensure();
    environment = new LocalEnvironment(scratch.path('environment'));
    environment.fill({ branch, base, url: undefined, refs: [], objects: mirror.objectsFolder });
    store = WorkStore.open(scratch.path('work.git'), mirror.objectsFolder);
    made = commit(environment.workspace, { a: 'a' });
    await store.receive('abc', { connect: environment.connect });
  });

  afterEach(() => {
    scratch.remove();
  });

  it('as a new branch, again when it went on, and says when there was nothing to do', async () => {
    assert.deepEqual(await push(), { commit: made, remote: origin, branch, before: undefined, upToDate: false });
    assert.equal(there(), made);
    assert.equal((await push({ expected: made })).upToDate, true);
    const next = commit(environment.workspace, { b: 'b' });
    await store.receive('abc', { connect: environment.connect });
    const pushed = await push({ commit: next, expected: made });
    assert.deepEqual([pushed.before, pushed.upToDate], [made, false]);
    assert.equal(there(), next);
    assert.deepEqual(await store.unpushed('abc', [base, next]), { commits: 0, uncommitted: false });
  });

  it('by force only over what Flotilla pushed itself', async () => {
    await push();
    git(environment.workspace, 'commit', '--quiet', '--amend', '-m', 'Other');
    const amended = git(environment.workspace, 'rev-parse', 'HEAD');
    await store.receive('abc', { connect: environment.connect });
    assert.equal((await push({ commit: amended, expected: made })).before, made);
    assert.equal(there(), amended);
    await assert.rejects(push({ expected: made }), (error) => FlotillaError.is(error, 'push-moved'));
    assert.equal(there(), amended);
  });

  it('never over a branch that somebody else made', async () => {
    git(origin, 'update-ref', `refs/heads/${branch}`, base);
    await assert.rejects(push(), (error) => FlotillaError.is(error, 'push-moved'));
    assert.equal(there(), base);
  });

  it('and a hook that declines is quoted', async () => {
    hook('pre-receive', 'echo "no pushes on friday" >&2; exit 1');
    await assert.rejects(push(), (error) => {
      assert.ok(FlotillaError.is(error, 'push-hook-declined'));
      return /no pushes on friday/.test(error.detail!);
    });
  });

  it('from a folder to its own remote, never to the folder itself', async () => {
    await assert.rejects(push({ from: repo }), (error) => FlotillaError.is(error, 'no-remote'));
    git(repo, 'remote', 'add', 'upstream', '../origin.git');
    assert.equal((await push({ from: repo })).remote, origin);
    assert.throws(() => git(repo, 'rev-parse', '--verify', `refs/heads/${branch}`));
  });

  it('refuses a remote that is gone, and names that are no branch or no commit', async () => {
    const source = { kind: 'url', url: scratch.path('nowhere'), source: 'x' } as const;
    await assert.rejects(store.push({ source, branch, commit: made, expected: undefined }), (error) =>
      FlotillaError.is(error, 'repository-missing'),
    );
    for (const name of ['--mirror', 'a..b', 'a b', '+x', 'a:b', ''])
      await assert.rejects(store.push({ source, branch: name, commit: made, expected: undefined }), (error) =>
        FlotillaError.is(error, name === '+x' ? 'repository-missing' : 'invalid-input'),
      );
    assert.throws(
      () => store.push({ source, branch, commit: 'HEAD', expected: undefined }),
      (error) => FlotillaError.is(error, 'invalid-input'),
    );
  });

  it('with a denied token says so, and shows the token nowhere', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization ?? '');
      response
        .writeHead(request.headers.authorization === undefined ? 401 : 403, { 'WWW-Authenticate': 'Basic realm="x"' })
        .end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      git(repo, 'remote', 'add', 'origin', `http://me:hunter2@127.0.0.1:${port}/x.git`);
      await assert.rejects(push({ from: repo }), (error) => {
        assert.ok(FlotillaError.is(error, 'push-denied'));
        return !`${error.message}${error.detail!}${JSON.stringify(error.cause)}`.includes('hunter2');
      });
      assert.ok(asked.includes(`Basic ${Buffer.from('me:hunter2').toString('base64')}`));
    } finally {
      server.close();
    }
  });

  it('and is cancelled with its signal', async () => {
    hook('pre-receive', 'sleep 30');
    const source = await resolveSource(origin);
    const signal = AbortSignal.timeout(300);
    await assert.rejects(store.push({ source, branch, commit: made, expected: undefined }, signal), (error) =>
      FlotillaError.is(error, 'cancelled'),
    );
  });
});
