import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { ByteLines } from '../../../src/engine/claude/byteLines.ts';

describe('lines of a byte stream', () => {
  it('are the same however the bytes are cut, each with the offset after it', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' ')));
    fc.assert(
      fc.property(texts, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), fc.nat(1000), (lines, sizes, from) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const seen: [string, number][] = [];
        const splitter = new ByteLines(from, (line, next) => seen.push([line, next]));
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value as number;
          splitter.write(bytes.subarray(at, at + size));
          at += size;
        }
        let offset = from;
        const expected = lines.map((line) => [Buffer.from(line).toString(), (offset += Buffer.byteLength(line) + 1)]);
        assert.deepEqual(seen, expected);
        assert.equal(splitter.offset, from + bytes.length);
      }),
    );
  });

  it('cost no more than their bytes, in however many pieces they come', () => {
    const splitter = new ByteLines(0, () => undefined);
    const piece = Buffer.from('x');
    // What others have left must not be counted.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage();
    for (let index = 0; index < 1_000_000; index += 1) splitter.write(piece);
    collect();
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    assert.ok(grown < 30_000_000, `${String(Math.round(grown / 1e6))} MB`);
  });

  it('are cut at the limit, and what was cut off is counted', () => {
    const seen: [string, number][] = [];
    const splitter = new ByteLines(0, (line, next) => seen.push([line, next]), 4);
    splitter.write(Buffer.from('abc'));
    splitter.write(Buffer.from('defgh\nij\nk'));
    assert.deepEqual(seen, [
      ['abcd', 9],
      ['ij', 12],
    ]);
    assert.equal(splitter.offset, 13);
  });
});
