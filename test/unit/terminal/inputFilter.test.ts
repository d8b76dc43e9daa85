import assert from 'node:assert/strict';
import { InputFilter } from '../../../src/engine/terminal/inputFilter.ts';

const take = (pieces: string[], hasFocus = true): string => {
  const filter = new InputFilter();
  return pieces
    .map((piece) => Buffer.from(filter.take(Buffer.from(piece, 'latin1'), hasFocus)).toString('latin1'))
    .join('');
};

describe('filtering what a viewer types', () => {
  for (const [what, answer] of [
    ['its device attributes', '\x1b[?62;22c'],
    ['its secondary attributes', '\x1b[>0;276;0c'],
    ['a status report', '\x1b[0n'],
    ['a cursor report', '\x1b[12;40R'],
    ['a mode report', '\x1b[?2026;2$y'],
    ['a window report', '\x1b[8;24;80t'],
    ['a colour', '\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\'],
    ['a colour that ends with BEL', '\x1b]4;1;rgb:ff/00/00\x07'],
    ['its name', '\x1bP>|XTerm(390)\x1b\\'],
    ['its keyboard flags', '\x1b[?0u'],
  ] as const) {
    it(`takes out ${what}, also when it comes in pieces`, () => {
      assert.equal(take([`ab${answer}cd`]), 'abcd');
      for (let at = 3; at < answer.length; at += 1)
        assert.equal(take([`ab${answer.slice(0, at)}`, `${answer.slice(at)}cd`]), 'abcd', `cut at ${at}`);
    });
  }

  for (const [what, key] of [
    ['Escape', '\x1b'],
    ['an arrow', '\x1b[A'],
    ['Ctrl-Right', '\x1b[1;5C'],
    ['Shift-F3', '\x1b[1;2R'],
    ['F5', '\x1b[15~'],
    ['Alt-[', '\x1b['],
    ['Alt-]', '\x1b]'],
    ['Alt-P', '\x1bP'],
    ['a mouse click', '\x1b[<0;10;20M'],
    ['a paste', '\x1b[200~a text\x1b[201~'],
    ['a Kitty key', '\x1b[97;5u'],
    ['a focus report', '\x1b[I'],
  ] as const)
    it(`passes ${what} on at once`, () => {
      assert.equal(take([key]), key);
    });

  it('passes focus reports on from the viewer with the focus only', () => {
    assert.equal(take(['a\x1b[Ib\x1b[O'], false), 'ab');
  });

  it('keeps a bounded beginning only', () => {
    const filter = new InputFilter();
    for (let i = 0; i < 10; i += 1) filter.take(Buffer.from(`\x1b]11;${'x'.repeat(5000)}`), true);
    assert.equal(Buffer.from(filter.take(Buffer.from('typed'), true)).toString(), 'typed');
  });
});
