import assert from 'node:assert/strict';
import { ObjectReader } from '../../../src/engine/git/objectReader.ts';
import { commit, git, makeRepository, Scratch } from '../../support/localEnvironment.ts';

describe('a reader of objects', () => {
  let scratch: Scratch;
  let folder: string;
  let reader: ObjectReader;
  beforeEach(() => {
    scratch = new Scratch();
    folder = scratch.path('repository');
    makeRepository(folder);
    reader = new ObjectReader({ folder }, new AbortController().signal);
  });
  afterEach(async () => {
    await reader.close();
    scratch.remove();
  });

  it('answers each in turn, however many are asked for at once, and also later', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`f${String(at)}`, `text ${String(at)}\n`]),
    );
    const head = commit(folder, files);
    const ids = git(folder, 'rev-parse', ...Object.keys(files).map((name) => `HEAD:${name}`)).split('\n');
    const missing = '0'.repeat(40);
    const found = await Promise.all([...ids, missing, 'HEAD', ...ids].map((id) => reader.read(id)));
    const texts = Object.values(files);
    assert.deepEqual(
      found.map((body) => body?.toString()),
      [...texts, undefined, undefined, ...texts],
    );
    const tree = git(folder, 'rev-parse', 'HEAD^{tree}');
    assert.deepEqual(await reader.read(`${head}^{tree}`), await reader.read(tree));
  });

  it('rejects what is asked of it after its git has ended', async () => {
    const head = git(folder, 'rev-parse', 'HEAD');
    await reader.close();
    await assert.rejects(reader.read(head), { name: 'GitError' });
  });
});
