import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StreamCutter, cutterLimits } from '../../../src/engine/terminal/streamCutter.ts';

const whole = (pieces: (string | Uint8Array)[]): string[] => {
  const cutter = new StreamCutter();
  return pieces.map((piece) => Buffer.from(cutter.feed(Buffer.from(piece as string))).toString('utf8'));
};

describe('cutting the stream of a terminal', () => {
  for (const [name, text] of [
    ['a colour', '\x1b[31m'],
    ['a title', '\x1b]0;title\x07'],
    ['a string that ends with ESC \\', '\x1bPabc\x1b\\'],
    ['a character set', '\x1b(0'],
    ['a character of four bytes', '😀'],
    ['a sequence with a newline in it', '\x1b[3\n1m'],
  ] as const)
    it(`never cuts within ${name}`, () => {
      const bytes = Buffer.from(text);
      for (let at = 1; at < bytes.length; at += 1) {
        const pieces = whole([Buffer.from(`a${text}`).subarray(0, at + 1), bytes.subarray(at), 'z']);
        assert.deepEqual(pieces, ['a', text, 'z'], `cut at ${at}`);
      }
    });

  it('hands on every byte of ordinary text, however it is cut', () => {
    const units = [
      'a',
      '\r\n',
      '\x1b[1;31m',
      'é',
      '漢',
      '\x1b]8;;x\x1b\\',
      '\x1b7',
      '\x1b[?2004h',
      'e\u0301',
      '\u009b1m',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...units)), fc.array(fc.nat(40)), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const pieces: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) pieces.push(bytes.subarray(at, (at += cut)));
        pieces.push(bytes.subarray(at));
        assert.equal(whole(pieces).join(''), bytes.toString());
      }),
    );
  });

  it('drops a string without end and goes on after it', () => {
    const cutter = new StreamCutter();
    cutter.feed(Buffer.from('\x1b]52;c;'));
    let out = 0;
    for (let i = 0; i < 100; i += 1) out += cutter.feed(Buffer.alloc(64 * 1024, 0x41)).length;
    assert.equal(out, 0);
    assert.equal(Buffer.from(cutter.feed(Buffer.from('AA\x07after'))).toString(), 'after');
  });

  it('drops a sequence that is too long', () => {
    const text = whole([`\x1b[${'1;'.repeat(cutterLimits.sequence)}`, 'm-after']).join('');
    assert.ok(!text.includes('\x1b'));
    assert.ok(text.endsWith('-after'));
  });

  for (const mark of ['\u0301', '\u200d', '\u06de', '\u1734', '\u302e', '\u{e0100}'])
    it(`keeps a cell from growing without end by U+${mark.codePointAt(0)?.toString(16) ?? ''}`, () => {
      const text = whole([`a${mark.repeat(10_000)}b`]).join('');
      assert.equal(text, `a${mark.repeat(32)}b`);
    });
});
