import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { remoteTip } from '../../../src/engine/git/remoteBranch.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { eventually } from '../../support/eventually.ts';
import { GitHttpServer } from '../../support/gitHttpServer.ts';
import { git } from '../../support/localEnvironment.ts';
import { password, rejected, RemoteBed } from '../../support/remoteBed.ts';

const identity = { name: 'Ada', email: 'ada@example.org' };

describe('a remote over http', function () {
  this.timeout(120_000);
  let bed: RemoteBed;
  let server: GitHttpServer;

  beforeEach(async () => {
    bed = new RemoteBed();
    server = await GitHttpServer.start(bed.served);
    bed.remote = server.url('origin.git');
  });

  afterEach(async () => {
    await server.close();
    bed.requireNothingLost();
    bed.scratch.remove();
  });

  describe('takes a landing on its target', () => {
    it('as a fast-forward, and says what was there before', async () => {
      const landed = { commit: bed.made, remote: bed.remote, branch: 'main' };
      assert.deepEqual(await bed.land(), { ...landed, before: bed.base, upToDate: false });
      assert.equal(bed.there(), bed.made);
      assert.deepEqual(await bed.land(), { ...landed, before: bed.made, upToDate: true });
    });

    it('and can be asked for its newest commit, which a mirror then has', async () => {
      const source = await resolveSource(bed.remote);
      const mirror = Mirror.at(bed.scratch.path('mirrors'), source);
      await mirror.ensure();
      const theirs = bed.somebodyPushes();
      assert.equal(await remoteTip(source, 'main'), theirs);
      assert.equal(await remoteTip(source, 'nothing'), undefined);
      assert.equal(await mirror.fetchTarget('main'), theirs);
      assert.equal(git(mirror.folder, 'cat-file', '-t', theirs), 'commit');
      assert.equal(await mirror.fetchTarget('nothing'), undefined);
    });

    it('also when the session started from a folder that lacks what its remote has', async () => {
      const folder = bed.scratch.path('repo');
      git(folder, 'remote', 'add', 'origin', bed.remote);
      const mirror = Mirror.at(bed.scratch.path('mirrors'), await resolveSource(folder));
      await mirror.ensure();
      const theirs = bed.somebodyPushes();
      assert.equal(await mirror.fetchTarget('main'), theirs);
      assert.ok((await mirror.heads()).every((head) => head.commit !== theirs));
    });

    it('as one commit, and takes it back with one that keeps what came after', async () => {
      const head = bed.next('More');
      const squashed = await bed.store.squash({ onto: bed.base, head, message: 'Land', identity });
      assert.equal((await bed.land(squashed)).before, bed.base);
      const theirs = bed.somebodyPushes();
      const mirror = Mirror.at(bed.scratch.path('mirrors'), await resolveSource(bed.remote));
      await mirror.ensure();
      git(bed.scratch.path('work.git'), 'fetch', '--quiet', mirror.folder, theirs);
      const undone = await bed.store.revert({ before: bed.base, landed: squashed, tip: theirs, identity });
      await bed.land(undone, theirs);
      const files = git(bed.origin, 'ls-tree', '--name-only', 'main').split('\n');
      assert.deepEqual([files.length, files[0], files[1]?.startsWith('theirs-')], [2, 'README.md', true]);
    });

    it('only when it is what the work was verified with', async () => {
      const theirs = bed.somebodyPushes();
      await rejected(bed.land(), 'target-moved');
      assert.equal(bed.there(), theirs);
    });

    it('only when nobody moved it between the look and the push', async () => {
      let theirs = '';
      server.answer = (asked) => {
        if (asked === 'push-refs') theirs = bed.somebodyPushes();
        return 'serve';
      };
      await rejected(bed.land(), 'target-moved');
      assert.equal(bed.there(), theirs);
    });

    it('only when nobody moved it while the push was on its way', async () => {
      let theirs = '';
      server.answer = (asked) => {
        if (asked === 'push') theirs = bed.somebodyPushes();
        return 'serve';
      };
      await rejected(bed.land(), 'target-moved');
      assert.equal(bed.there(), theirs);
    });

    it('only while it is there, and does not bring back what others took back', async () => {
      await bed.land();
      const next = bed.next();
      git(bed.origin, 'update-ref', 'refs/heads/main', bed.base);
      await rejected(bed.land(next, bed.made), 'target-moved');
      assert.equal(bed.there(), bed.base);
      git(bed.origin, 'update-ref', '-d', 'refs/heads/main');
      assert.match(await rejected(bed.land(next, bed.made), 'target-moved'), /no longer on/);
      assert.equal(bed.there(), undefined);
    });
  });

  describe('whose connection breaks in the middle of a push', () => {
    const breakPush = (how: 'cut-before' | 'cut-half' | 'cut-after' | 500): void => {
      server.answer = (asked) => (asked === 'push' ? how : 'serve');
    };

    for (const how of ['cut-before', 'cut-half', 500] as const)
      it(`(${how}) has nothing, says so, and takes it the second time`, async () => {
        breakPush(how);
        assert.match(await rejected(bed.land(), 'repository-unreachable'), /nothing has arrived/);
        assert.equal(bed.there(), bed.base);
        server.answer = () => 'serve';
        assert.equal((await bed.land()).before, bed.base);
        assert.equal(bed.there(), bed.made);
      });

    it('after everything had arrived counts as pushed', async () => {
      breakPush('cut-after');
      assert.deepEqual(await bed.push(), {
        commit: bed.made,
        remote: bed.remote,
        branch: bed.branch,
        before: undefined,
        upToDate: false,
      });
      assert.equal((await bed.land()).before, bed.base);
      assert.equal(bed.there(), bed.made);
    });

    it('while a hook is still at work is asked again until it is done', async () => {
      const go = bed.scratch.path('go');
      bed.hook('pre-receive', `while [ ! -e '${go}' ]; do sleep 0.05; done`);
      let looks = 0;
      server.answer = async (asked) => {
        if (asked === 'push') return 'cut-early';
        // The first look is the one before the push.
        if (asked === 'fetch-refs' && ++looks === 3) {
          writeFileSync(go, '');
          await eventually(() => bed.there() === bed.made, undefined, 30_000);
        }
        return 'serve';
      };
      assert.equal((await bed.land()).upToDate, false);
      assert.ok(existsSync(go));
      assert.equal(bed.there(), bed.made);
    });

    it('and that can not be asked any more is not known; pushing again finds out', async () => {
      let broken = false;
      server.answer = (asked) => {
        if (broken) return 'cut-before';
        broken = asked === 'push';
        return broken ? 'cut-after' : 'serve';
      };
      await rejected(bed.land(), 'push-unknown');
      server.answer = () => 'serve';
      assert.equal((await bed.land()).upToDate, true);
    });

    it('because it was cancelled leaves a push that can be done again', async () => {
      const end = new AbortController();
      server.answer = (asked) => {
        if (asked === 'push') end.abort();
        return 'serve';
      };
      await rejected(bed.push(bed.made, undefined, end.signal), 'cancelled');
      await server.idle();
      server.answer = () => 'serve';
      assert.equal((await bed.push(bed.made, bed.there(bed.branch))).commit, bed.made);
      assert.equal(bed.there(bed.branch), bed.made);
    });
  });

  describe('that refuses', () => {
    it('is told by what it answers', async () => {
      const answers = {
        401: 'push-denied',
        403: 'push-denied',
        404: 'repository-missing',
        500: 'repository-unreachable',
      } as const;
      for (const [status, code] of Object.entries(answers)) {
        server.answer = () => Number(status);
        await rejected(bed.push(), code);
      }
      server.answer = (asked) => (asked === 'push' ? 413 : 'serve');
      assert.match(await rejected(bed.push(), 'push-too-large'), /through ssh/);
      server.answer = (asked) => (asked === 'push' ? 403 : 'serve');
      await rejected(bed.push(), 'push-denied');
      assert.equal(bed.there(bed.branch), undefined);
    });

    it('or is not there is told as well', async () => {
      const { remote } = bed;
      await server.close();
      await rejected(bed.push(), 'repository-unreachable');
      await rejected(bed.land(), 'repository-unreachable');
      server = await GitHttpServer.start(bed.served);
      assert.notEqual(remote, '');
    });

    it("takes the credentials of a folder's own remote, which no error and no answer shows", async () => {
      server.user = `ada:${password}`;
      await rejected(bed.push(), 'push-denied');
      git(bed.scratch.path('repo'), 'remote', 'add', 'origin', server.url('origin.git', `ada:${password}`));
      bed.remote = bed.scratch.path('repo');
      const outcome = JSON.stringify([await bed.push(), await bed.land()]);
      assert.ok(!outcome.includes(password));
      assert.equal(bed.there(), bed.made);
      server.answer = (asked) => (asked === 'push' ? 403 : 'serve');
      await rejected(bed.push(bed.next(), bed.made), 'push-denied');
      server.user = 'ada:another';
      await rejected(bed.land(), 'repository-denied');
    });

    it('shows no header, whatever the user had git trace', async () => {
      const traced = { GIT_CURL_VERBOSE: '1', GIT_TRACE_REDACT: '0' };
      Object.assign(process.env, traced);
      try {
        server.user = `ada:${password}`;
        git(bed.scratch.path('repo'), 'remote', 'add', 'origin', server.url('origin.git', `ada:${password}`));
        bed.remote = bed.scratch.path('repo');
        server.answer = (asked) => (asked === 'push' ? 403 : 'serve');
        assert.doesNotMatch(await rejected(bed.push(), 'push-denied'), /authorization/i);
      } finally {
        for (const name of Object.keys(traced)) Reflect.deleteProperty(process.env, name);
      }
    });
  });

  describe('with rules of its own', () => {
    it('quotes the hook that declined', async () => {
      bed.hook('pre-receive', 'echo "no pushes on friday" >&2; exit 1');
      assert.match(await rejected(bed.land(), 'push-hook-declined'), /no pushes on friday/);
      assert.equal(bed.there(), bed.base);
    });

    it('keeps a protected branch and takes the other', async () => {
      const words = 'GitLab: You are not allowed to push code to protected branches on this project.';
      bed.hook('update', `[ "$1" != refs/heads/main ] || { echo "${words}" >&2; exit 1; }`);
      assert.match(await rejected(bed.land(), 'push-protected'), /open a pull request/);
      await bed.push();
      assert.deepEqual([bed.there(), bed.there(bed.branch)], [bed.base, bed.made]);
    });

    it('does not let a branch be replaced or deleted', async () => {
      bed.config('receive.denyNonFastForwards', 'true');
      bed.config('receive.denyDeletes', 'true');
      await bed.push();
      await rejected(bed.push(bed.amended(), bed.made), 'push-protected');
      await rejected(bed.undo(bed.made, undefined), 'push-protected');
      assert.equal(bed.there(bed.branch), bed.made);
    });

    it('has locked the branch', async () => {
      writeFileSync(`${bed.origin}/refs/heads/main.lock`, '');
      bed.config('core.filesRefLockTimeout', '0');
      assert.match(await rejected(bed.land(), 'push-rejected'), /is locked/);
      assert.equal(bed.there(), bed.base);
    });

    it('has a branch whose name stands in the way', async () => {
      git(bed.origin, 'update-ref', 'refs/heads/flotilla', bed.base);
      assert.match(await rejected(bed.push(), 'push-rejected'), /stands in the way/);
    });
  });

  describe('takes a push back', () => {
    it('by deleting what did not exist before, once', async () => {
      await bed.push();
      const undone = { remote: bed.remote, branch: bed.branch, commit: undefined };
      assert.deepEqual(await bed.undo(bed.made, undefined), { ...undone, upToDate: false });
      assert.equal(bed.there(bed.branch), undefined);
      assert.deepEqual(await bed.undo(bed.made, undefined), { ...undone, upToDate: true });
    });

    it('by going back to what was there, whatever the histories are', async () => {
      await bed.push();
      const amended = bed.amended();
      const { before } = await bed.push(amended, bed.made);
      await bed.undo(amended, before);
      assert.equal(bed.there(bed.branch), bed.made);
    });

    it('not when somebody built on it, not even between the look and the push', async () => {
      await bed.push();
      let theirs = bed.somebodyPushes(bed.branch);
      assert.match(await rejected(bed.undo(bed.made, undefined), 'push-moved'), /Somebody changed/);
      assert.equal(bed.there(bed.branch), theirs);
      const landed = theirs;
      server.answer = (asked) => {
        if (asked === 'push') theirs = bed.somebodyPushes(bed.branch);
        return 'serve';
      };
      await rejected(bed.undo(landed, undefined), 'push-moved');
      assert.equal(bed.there(bed.branch), theirs);
    });

    it('also when the connection breaks after it was done', async () => {
      await bed.push();
      server.answer = (asked) => (asked === 'push' ? 'cut-after' : 'serve');
      assert.equal((await bed.undo(bed.made, undefined)).upToDate, false);
      assert.equal(bed.there(bed.branch), undefined);
    });
  });
});
