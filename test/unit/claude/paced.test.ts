import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { sleep } from '../../../src/engine/base/clock.ts';
import { readPaced } from '../../../src/engine/claude/paced.ts';
import { eventually } from '../../support/eventually.ts';

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
    const turns = { now: 0, over: false };
    const turn = (): void => {
      turns.now += 1;
      if (!turns.over) setImmediate(turn);
    };
    turn();
    const begun = performance.now();
    let [lines, longest] = [0, 0];
    const tookAt: number[] = [];
    const reading = readPaced(flood, (piece) => {
      const count = piece.toString().split('\n').length - 1;
      lines += count;
      longest = Math.max(longest, count);
      tookAt.push(turns.now);
    });
    await eventually(() => lines >= 10_000);
    await sleep(500);
    const [taken, at] = [lines, [...tookAt]];
    // As many as it may take at once, some each second, and the piece in which there were too many.
    const most = 10_000 + 300 * ((performance.now() - begun) / 1000) + longest;
    turns.over = true;
    flood.destroy();
    await assert.rejects(reading);
    assert.ok(longest < 5000 && taken <= most, `${String(taken)} lines of ${String(most)}`);
    assert.equal(new Set(at).size, at.length, 'two pieces were taken in one turn');
  });

  it('end with the error of whoever takes them', async () => {
    const failing = readPaced(Readable.from([Buffer.from('x\n')]), () => {
      throw new Error('no room');
    });
    await assert.rejects(failing, /no room/);
  });
});
