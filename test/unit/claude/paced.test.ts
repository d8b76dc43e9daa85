import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { sleep } from '../../../src/engine/base/clock.ts';
import { readPaced } from '../../../src/engine/claude/paced.ts';

describe('lines of a session', () => {
  it('are read whole and in order', async () => {
    const text = Array.from({ length: 5000 }, (_, index) => `line ${String(index)}\n`).join('');
    const seen: Buffer[] = [];
    await readPaced(Readable.from([Buffer.from(text)]), (piece) => seen.push(Buffer.from(piece)));
    assert.equal(Buffer.concat(seen).toString(), text);
  });

  it('are left waiting when they come faster than any Claude writes, and leave time for everything else', async () => {
    const flood = new PassThrough();
    const chunk = Buffer.from('{}\n'.repeat(20_000));
    const more = (): void => {
      if (flood.write(chunk)) setImmediate(more);
    };
    flood.on('drain', more);
    more();
    let lines = 0;
    const reading = readPaced(flood, (piece) => {
      lines += piece.toString().split('\n').length - 1;
    });
    let longest = 0;
    for (let last = performance.now(), end = last + 1000; last < end;) {
      await sleep(5);
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    const taken = lines;
    flood.destroy();
    await assert.rejects(reading);
    assert.ok(taken >= 10_000 && taken < 15_000, `${String(taken)} lines`);
    assert.ok(longest < 500, `${String(longest)} ms`);
  });

  it('end with the error of whoever takes them', async () => {
    const failing = readPaced(Readable.from([Buffer.from('x\n')]), () => {
      throw new Error('no room');
    });
    await assert.rejects(failing, /no room/);
  });
});
