import assert from 'node:assert/strict';
import { inTurns, median, quantile, ratioRow, table } from '../../bench/measure.ts';

describe('the figures of a bench', () => {
  it('takes the middle of the samples, or the mean of the two middle ones', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([9, 1, 5, 7]), 6);
    assert.equal(quantile([...Array(100).keys()], 0.99), 99);
  });

  it('measures two things in turns', async () => {
    const order: string[] = [];
    const measure = (name: string) => (): Promise<number> => Promise.resolve(order.push(name));
    const { first, second } = await inTurns(2, measure('a'), measure('b'));
    assert.deepEqual(
      [order, first, second],
      [
        ['a', 'b', 'a', 'b'],
        [1, 3],
        [2, 4],
      ],
    );
  });

  it('compares the medians and says whether the goal is met', () => {
    const reference = { name: 'floor', samples: [10, 10] };
    assert.equal(ratioRow('x', [12, 12], reference, 1.2).met, true);
    assert.equal(ratioRow('x', [13, 13], reference, 1.2).met, false);
    assert.match(
      table([ratioRow('x', [13, 13], reference, 1.2)]),
      /x {5}13\.00 ms {2}floor 10\.00 ms {2}1\.30 × {2}≤ 1\.2 × {2}missed/,
    );
  });
});
