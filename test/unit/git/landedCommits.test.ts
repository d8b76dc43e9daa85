import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { squashMessage, tidyMessage } from '../../../src/engine/git/commitMessage.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import { commit, git, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';

const identity = { name: 'Grace "G" Hopper', email: 'grace@example.org' };
const lines = (...changed: string[]): string => [...changed, 'b', 'c', 'd', 'e', 'f', 'g', ''].join('\n');

describe('commits that the host makes for a landing', () => {
  let scratch: Scratch;
  let repo: string;
  let store: WorkStore;
  let base: string;

  const objects = (): number => readdirSync(scratch.path('work.git/objects'), { recursive: true }).length;
  const work = (...args: string[]): string => git(scratch.path('work.git'), ...args);
  const revert = (before: string, landed: string, tip: string): Promise<string> =>
    store.revert({ before, landed, tip, identity });

  beforeEach(() => {
    scratch = new Scratch();
    repo = scratch.path('repo');
    makeRepository(repo);
    base = commit(repo, { f: lines('a'), g: 'g\n' }, 'Add files');
    store = WorkStore.open(scratch.path('work.git'), scratch.path('repo/.git/objects'));
  });

  afterEach(() => {
    scratch.remove();
  });

  describe('one commit of many', () => {
    it('has the tree of the last, stands on the target, and is by the user', async () => {
      commit(repo, { f: lines('A') }, 'One');
      const head = commit(repo, { h: 'h' }, 'Two');
      const squashed = await store.squash({ onto: base, head, message: 'Land it\n\nAll.', identity });
      assert.equal(work('rev-parse', `${squashed}^{tree}`), work('rev-parse', `${head}^{tree}`));
      assert.equal(work('rev-parse', `${squashed}^@`), base);
      assert.equal(
        work('log', '-1', '--format=%an <%ae> %cn %B', squashed).trim(),
        'Grace "G" Hopper <grace@example.org> Grace "G" Hopper Land it\n\nAll.',
      );
      assert.equal(work('log', '-1', '--format=%at', squashed), work('log', '-1', '--format=%at', head));
    });

    it('is the same one when it is asked for again', async () => {
      const head = commit(repo, { h: 'h' });
      const squash = { onto: base, head, message: 'Land it', identity };
      assert.equal(await store.squash(squash), await store.squash(squash));
    });

    it('is refused when the work does not stand on the target, and when nothing is said of it', async () => {
      git(repo, 'checkout', '--quiet', '-b', 'side');
      const head = commit(repo, { h: 'h' });
      git(repo, 'checkout', '--quiet', 'main');
      const onto = commit(repo, { i: 'i' });
      await assert.rejects(store.squash({ onto, head, message: 'x', identity }), (error) =>
        FlotillaError.is(error, 'target-moved'),
      );
      await assert.rejects(store.squash({ onto: base, head, message: ' \u0000\n', identity }), (error) =>
        FlotillaError.is(error, 'invalid-input'),
      );
    });
  });

  describe('a message', () => {
    it('loses what could make it look like another one, and is bounded', () => {
      assert.equal(
        tidyMessage('\n\n A\u202e\u0007\tb \r\n\r\n\n\nbody \u0000 \n\n\n\nend\n\n'),
        'A  b\n\nbody\n\nend\n',
      );
      assert.equal(tidyMessage('subject\nbody'), 'subject\n\nbody\n');
      assert.equal(tidyMessage(' \n\u0000'), '');
      assert.equal(tidyMessage('x'.repeat(1000)), `${'x'.repeat(200)}\n`);
      assert.ok(Buffer.byteLength(tidyMessage(`s\n${'ü\ud800\n'.repeat(100_000)}`)) <= 65_537);
    });

    it('by default names the session and lists its commits', () => {
      assert.equal(
        squashMessage('Fix it', ['One', 'Two\nSigned-off-by: x']),
        'Fix it\n\n- One\n- Two Signed-off-by: x\n',
      );
      assert.equal(squashMessage('Fix it', ['Fix it']), 'Fix it\n');
      assert.equal(squashMessage(' \n', ['Only']), 'Only\n');
      assert.match(squashMessage('s', Array<string>(150).fill('x')), /- x\n- and 50 more\n$/);
    });
  });

  describe('a landing that is taken back', () => {
    it('gives the tree before it when nothing came after', async () => {
      commit(repo, { f: lines('A') }, 'One');
      const landed = commit(repo, { h: 'h' }, 'Two');
      const undone = await revert(base, landed, landed);
      assert.equal(work('rev-parse', `${undone}^{tree}`), work('rev-parse', `${base}^{tree}`));
      assert.equal(work('rev-parse', `${undone}^@`), landed);
      assert.match(
        work('log', '-1', '--format=%B', undone),
        new RegExp(`^Revert the landing .*"Two"\n\nThis reverts the 2 commits ${base}..${landed}`),
      );
    });

    it('keeps what others did since, in the same file too', async () => {
      const landed = commit(repo, { f: lines('A'), h: 'h' }, 'Land');
      write(repo, { f: lines('A').replace('g', 'G') });
      const tip = commit(repo, { i: 'i' }, 'After');
      const undone = await revert(base, landed, tip);
      assert.equal(work('show', `${undone}:f`), lines('a').replace('g', 'G').trim());
      assert.deepEqual(work('ls-tree', '--name-only', undone).split('\n'), ['README.md', 'f', 'g', 'i']);
      assert.match(work('log', '-1', '--format=%B', undone), /^Revert "Land"\n\nThis reverts commit [0-9a-f]{40}\.$/m);
      assert.equal(work('fsck', '--connectivity-only', undone), '');
    });

    it('names the files that were changed again, and leaves nothing behind', async () => {
      const landed = commit(repo, { f: lines('A'), 'new\nline': 'x', h: 'h' }, 'Land');
      const tip = commit(repo, { f: lines('AA'), 'new\nline': 'y' }, 'After');
      await store.revert({ before: base, landed, tip: landed, identity });
      const before = objects();
      await assert.rejects(revert(base, landed, tip), (error) => {
        assert.ok(FlotillaError.is(error, 'undo-conflicts'));
        return error.detail === 'f\n"new\\nline"';
      });
      assert.equal(objects(), before);
    });

    it('is done when the target holds nothing of it any more', async () => {
      const landed = commit(repo, { f: lines('A') }, 'Land');
      const tip = commit(repo, { f: lines('a'), i: 'i' }, 'Take it back by hand');
      assert.equal(await revert(base, landed, tip), tip);
    });

    it('is refused when the target was rewritten without it', async () => {
      const landed = commit(repo, { f: lines('A') }, 'Land');
      git(repo, 'reset', '--quiet', '--hard', base);
      const tip = commit(repo, { i: 'i' });
      await assert.rejects(revert(base, landed, tip), (error) => FlotillaError.is(error, 'undo-refused'));
    });
  });

  describe('what a push does not bring along', () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;

    it('is the content of files in Git LFS, where attributes say so', async () => {
      const bare = commit(repo, { 'a.bin': pointer });
      assert.deepEqual(await store.pushNotices(base, bare), []);
      const head = commit(repo, {
        '.gitattributes': '*.bin filter=lfs\n',
        'b.bin': pointer,
        'c.bin': 'no pointer',
        d: '',
      });
      const [notice, ...more] = await store.pushNotices(bare, head);
      assert.deepEqual(more, []);
      assert.match(notice ?? '', /LFS is not pushed, only its pointer files: b\.bin\. /);
      assert.deepEqual(await store.pushNotices(head, commit(repo, { e: 'e' })), []);
    });

    it('is the commits of submodules', async () => {
      git(repo, 'update-index', '--add', '--cacheinfo', `160000,${base},lib`);
      git(repo, 'commit', '--quiet', '-m', 'Add a submodule');
      const [notice] = await store.pushNotices(base, git(repo, 'rev-parse', 'HEAD'));
      assert.match(notice ?? '', /submodules are not pushed: .* lib have/);
    });
  });
});
