import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { restoreCommand } from '../../../src/engine/git/restore.ts';
import { Mirror } from '../../../src/engine/git/mirror.ts';
import { resolveSource } from '../../../src/engine/git/source.ts';
import { WorkStore } from '../../../src/engine/git/workStore.ts';
import { commit, git, LocalEnvironment, makeRepository, Scratch, write } from '../../support/localEnvironment.ts';

const tools = path.resolve(import.meta.dirname, '../../../media/tools');

describe('a new workspace', () => {
  const scratch = new Scratch();
  after(() => {
    scratch.remove();
  });

  it('gets back what had come home, also when that was cut off and begins again', async () => {
    const base = makeRepository(scratch.path('repo'));
    const mirror = Mirror.at(scratch.path('mirrors'), await resolveSource(scratch.path('repo')));
    await mirror.ensure();
    const refs = await mirror.refs();
    const fill = { branch: 'flotilla/x', base, url: undefined, refs, objects: mirror.objectsFolder };
    const [lost, made] = ['lost', 'made'].map((name) => new LocalEnvironment(scratch.path(name)));
    assert.ok(lost !== undefined && made !== undefined);
    lost.fill(fill);
    const head = commit(lost.workspace, { 'a.txt': 'one\n' });
    write(lost.workspace, { 'a.txt': 'two\n', 'new/loose.txt': 'loose\n' });
    git(lost.workspace, 'stash', '--quiet');
    git(lost.workspace, 'stash', 'apply', '--quiet');
    const { newest, refs: told } = lost.checkpoint();
    const checkpoint = newest?.number;
    const store = WorkStore.open(scratch.path('work', 'store.git'), mirror.objectsFolder);
    await store.receive('abc', { connect: lost.connect, refs: told });
    made.fill(fill);
    const command = restoreCommand({ workspace: made.workspace, sessionId: 'abc', checkpoint, tools });
    for (const time of ['first', 'second']) {
      await store.send('abc', (signal) => made.start(command, signal));
      assert.equal(git(made.workspace, 'rev-parse', 'HEAD'), head, time);
      assert.equal(readFileSync(path.join(made.workspace, 'a.txt'), 'utf8'), 'two\n', time);
      assert.equal(readFileSync(path.join(made.workspace, 'new/loose.txt'), 'utf8'), 'loose\n', time);
      assert.equal(git(made.workspace, 'show', 'stash:a.txt'), 'two', time);
      assert.equal(git(made.workspace, 'stash', 'list').split('\n').length, 1, time);
    }
  });
});
