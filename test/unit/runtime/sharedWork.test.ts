import assert from 'node:assert/strict';
import { sleep } from '../../../src/engine/base/clock.ts';
import { cancelled, isCancelled } from '../../../src/engine/base/errors.ts';
import { SharedWork, type Work } from '../../../src/engine/runtime/devcontainer/sharedWork.ts';

const noSignal = new AbortController().signal;
const ignore = (): void => undefined;

describe('shared work', () => {
  it('is done once for all who ask at the same time, and again for who asks later', async () => {
    const shared = new SharedWork<string>();
    let count = 0;
    const work: Work<string> = async (report) => {
      count += 1;
      report('a');
      await sleep(10);
      report('b');
    };
    const heard: string[] = [];
    const first = shared.join('x', work, ignore, noSignal);
    await Promise.all([first, shared.join('x', work, (word) => heard.push(word), noSignal)]);
    assert.equal(count, 1);
    assert.deepEqual(heard, ['a', 'b']);
    await shared.join('x', work, ignore, noSignal);
    assert.equal(count, 2);
  });

  it('fails for all of them', async () => {
    const shared = new SharedWork<never>();
    const work = async (): Promise<void> => {
      await sleep(5);
      throw new Error('broken');
    };
    const results = await Promise.allSettled([1, 2].map(() => shared.join('x', work, ignore, noSignal)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });

  it('goes on while one still waits, and is cancelled after the last', async () => {
    const shared = new SharedWork<never>();
    let cleaned = false;
    const work: Work<never> = async (_report, signal) => {
      await sleep(5000, signal);
      await sleep(20);
      cleaned = true;
      throw cancelled();
    };
    const [one, two] = [new AbortController(), new AbortController()];
    const waits = [one, two].map(({ signal }) => shared.join('x', work, ignore, signal));
    one.abort();
    await assert.rejects(waits[0]!, isCancelled);
    assert.equal(cleaned, false);
    two.abort();
    await assert.rejects(waits[1]!, isCancelled);
    assert.equal(cleaned, true);
  });
});
