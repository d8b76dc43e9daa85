import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { sleep } from '../../../src/engine/base/clock.ts';
import { Coalesced } from '../../../src/engine/session/coalesced.ts';
import { Serial } from '../../../src/engine/base/serial.ts';

describe('Serial', () => {
  it('does one thing after another for one key, and different keys side by side', async () => {
    const serial = new Serial();
    const seen: string[] = [];
    const work = (key: string, name: string, ms: number): Promise<void> =>
      serial.run(key, async () => {
        seen.push(`${name} begins`);
        await sleep(ms);
        seen.push(`${name} ends`);
      });
    await Promise.all([work('a', 'first', 30), work('a', 'second', 1), work('b', 'other', 1)]);
    assert.deepEqual(seen, [
      'first begins',
      'other begins',
      'other ends',
      'first ends',
      'second begins',
      'second ends',
    ]);
  });

  it('goes on after a failure and forgets keys that are done', async () => {
    const serial = new Serial();
    await assert.rejects(
      serial.run('a', () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(await serial.run('a', () => Promise.resolve(7)), 7);
    await serial.drain();
    assert.equal(serial.size, 0);
    assert.equal(serial.busy('a'), false);
  });
});

describe('Coalesced', () => {
  it('shares one further run among all who asked while one was under way', async () => {
    let runs = 0;
    const job = new Coalesced(async () => {
      runs++;
      const mine = runs;
      await sleep(10);
      return mine;
    });
    const first = job.run();
    const others = [job.run(), job.run(), job.run()];
    assert.equal(await first, 1);
    assert.deepEqual(await Promise.all(others), [2, 2, 2]);
    assert.equal(await job.run(), 3);
  });

  it('never runs two at once, even when asked in the moment one ends', async () => {
    let running = 0;
    let most = 0;
    const job = new Coalesced(async () => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
    });
    const asked: Promise<void>[] = [];
    for (let round = 0; round < 50; round++) {
      asked.push(job.run(), job.run());
      await Promise.resolve();
      if (round % 3 === 0) await sleep(1);
    }
    await Promise.all(asked);
    assert.equal(most, 1);
  });

  it('runs again after a failure', async () => {
    let runs = 0;
    const job = new Coalesced(() => (runs++ === 0 ? Promise.reject(new Error('first')) : Promise.resolve(runs)));
    await assert.rejects(job.run(), /first/);
    assert.equal(await job.run(), 2);
  });
});
