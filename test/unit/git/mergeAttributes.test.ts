import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { attributeFiles } from '../../../src/engine/git/mergeAttributes.ts';

describe('the attribute files of a tree', () => {
  const found = (paths: readonly string[]): string[] => {
    const stdout = Buffer.from(paths.map((name) => `${name}\0`).join(''), 'latin1');
    return attributeFiles('tree').parse({ exitCode: 0, stdout, stderr: '' });
  };

  it('are those of that very name, from the top downwards', () => {
    const others = ['a.gitattributes', '.gitattributes.txt', '.gitattributes/x', 'b/.gitattributesx'];
    const own = ['a/b/.gitattributes', 'a/.gitattributes', '.gitattributes'];
    const long = `${'d/'.repeat(2100)}.gitattributes`;
    assert.deepEqual(found([...others, ...own, long]), own.toReversed());
  });

  it('are the highest ones when a session has made more than anybody reads', () => {
    const deep = Array.from({ length: 5000 }, (_, at) => `a/${String(at)}/.gitattributes`);
    const kept = found([...deep, 'b/.gitattributes', '.gitattributes']);
    assert.equal(kept.length, 1000);
    assert.deepEqual(kept.slice(0, 3), ['.gitattributes', 'b/.gitattributes', 'a/0/.gitattributes']);
  });
});
