import assert from 'node:assert/strict';
import { StatBatch } from '../../../src/extension/files/statBatch.ts';

const stat = (size: number) => ({ kind: 'file', isLink: false, size, modified: 0, isReadonly: false }) as const;

describe('questions about single files', () => {
  it('go together, each path once, and each asker gets his own answer', async () => {
    const asked: string[] = [];
    const batch = new StatBatch((session, paths) => {
      asked.push(`${session}: ${paths.join(' ')}`);
      return Promise.resolve(paths.map((path) => (path === 'no' ? undefined : stat(path.length))));
    });
    const found = await Promise.all([
      batch.stat('one', 'a'),
      batch.stat('one', 'bbb'),
      batch.stat('one', 'a'),
      batch.stat('one', 'no'),
      batch.stat('two', 'cc'),
    ]);
    assert.deepEqual(
      found.map((one) => one?.size),
      [1, 3, 1, undefined, 2],
    );
    assert.deepEqual(asked.sort(), ['one: a bbb no', 'two: cc']);
    await batch.stat('one', 'a');
    assert.equal(asked.length, 3);
  });

  it('go in parts when they are many', async () => {
    const sizes: number[] = [];
    const batch = new StatBatch((_, paths) => {
      sizes.push(paths.length);
      return Promise.resolve(paths.map((path) => stat(Number(path))));
    });
    const found = await Promise.all(Array.from({ length: 1200 }, (_, at) => batch.stat('s', String(at))));
    assert.equal(found[1199]?.size, 1199);
    assert.deepEqual(sizes, [500, 500, 200]);
  });

  it('all fail when the engine does', async () => {
    const batch = new StatBatch(() => Promise.reject(new Error('away')));
    const asked = [batch.stat('s', 'a'), batch.stat('s', 'b')];
    for (const one of asked) await assert.rejects(one, /away/);
  });
});
