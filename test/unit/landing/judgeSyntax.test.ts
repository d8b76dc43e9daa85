import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { judgeSyntax } from '../../../src/engine/landing/resolve/syntax/judgeSyntax.ts';

/** Of each language: what is sound on both sides, and what a bad resolution makes of it. */
const languages = [
  ['a.json', '{"a": 1}', '{"a": 1'],
  ['tsconfig.json', '{"a": 1, // why\n}', '{"a": 1 2}'],
  ['a.yaml', 'a: 1\nb: [1, 2]\n', 'a: [1, 2\nb: 3\n'],
  ['a.yml', 'a: 1\n', 'a: "1\n'],
  ['a.toml', 'a = 1\n[b]\nc = "d"\n', 'a = \n'],
  ['a.xml', '<a><b/></a>', '<a><b></a>'],
  ['a.svg', '<svg/>', '<svg'],
  ['a.js', 'const a = 1;\n', 'const a = ;\n'],
  ['a.mjs', 'export const a = 1;\n', 'export const a = 1;\nexport const b = {;\n'],
  ['a.ts', 'const a: number = 1;\n', 'const a: number == 1;\n'],
  ['a.tsx', 'const a = <b>c</b>;\n', 'const a = <b>c</d>;\n'],
  ['a.jsx', 'const a = <b/>;\n', 'const a = <b;\n'],
] as const;

describe('the judgement of a resolved file', () => {
  for (const [path, sound, bad] of languages)
    it(`knows a ${path} that parses from one that does not`, () => {
      const sides = [sound, sound];
      assert.deepEqual(judgeSyntax({ path, sides, result: sound }), { fault: undefined, duplicates: [] });
      const fault = judgeSyntax({ path, sides, result: bad })?.fault;
      assert.ok(fault !== undefined && fault !== '', 'nothing was found');
      assert.equal(fault.includes('\n'), false);
    });

  it('says nothing of a file that no parser knows, or that did not parse before', () => {
    assert.equal(judgeSyntax({ path: 'a.txt', sides: ['a'], result: '{' }), undefined);
    assert.equal(judgeSyntax({ path: 'a.json', sides: ['{}', '{'], result: '{' }), undefined);
  });

  it('names keys that are there twice and were not before', () => {
    const [one, two] = ['{"a": 1}', '{"b": 1}'];
    const judged = judgeSyntax({ path: 'package.json', sides: [one, two], result: '{"a": 1, "b": 1, "a": 2}' });
    assert.equal(judged?.fault, undefined);
    assert.deepEqual(judged?.duplicates.length, 1);
    const twice = '{"a": 1, "a": 2}';
    assert.deepEqual(judgeSyntax({ path: 'package.json', sides: [twice, two], result: twice })?.duplicates, []);
  });

  it('does not take a mark at the beginning or too deep a nesting for a fault', () => {
    assert.equal(judgeSyntax({ path: 'a.json', sides: ['{}'], result: '\ufeff{}' })?.fault, undefined);
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    assert.equal(judgeSyntax({ path: 'a.json', sides: ['{}'], result: deep })?.fault, undefined);
  });
});
