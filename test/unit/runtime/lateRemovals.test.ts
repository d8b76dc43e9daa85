import assert from 'node:assert/strict';
import { sleep } from '../../../src/engine/base/clock.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { LateRemovals } from '../../../src/engine/runtime/devcontainer/lateRemovals.ts';
import { eventually } from '../../support/eventually.ts';

describe('what failed starts have left', () => {
  let late: LateRemovals;
  const tries: string[] = [];
  const remove =
    (id: string, succeedsAt = Infinity) =>
    (): Promise<void> => {
      tries.push(id);
      return triesOf(id) >= succeedsAt ? Promise.resolve() : Promise.reject(new Error('connect ENOENT'));
    };
  const triesOf = (id: string): number => tries.filter((one) => one === id).length;

  beforeEach(() => {
    tries.length = 0;
    late = new LateRemovals(silentLog, 2);
  });
  afterEach(() => {
    late.close();
  });

  it('is removed again and again until that succeeds, and then no more', async () => {
    late.add('one', remove('one', 3));
    late.add('other', remove('other'));
    await eventually(() => triesOf('other') >= 6);
    assert.equal(triesOf('one'), 3);
  });

  it('is left alone once its session begins anew, after a removal that is under way has ended', async () => {
    const removing = Promise.withResolvers<undefined>();
    late.add('one', () => {
      tries.push('one');
      return removing.promise;
    });
    late.add('other', remove('other', 2));
    await eventually(() => triesOf('one') === 1);
    const order: string[] = [];
    const called = late.callOff('one', new AbortController().signal).then(() => order.push('called off'));
    order.push('removed');
    removing.resolve(undefined);
    await called;
    assert.deepEqual(order, ['removed', 'called off']);
    await eventually(() => triesOf('other') === 2);
    assert.equal(triesOf('one'), 1);
  });

  it('is removed all the same when its session does not begin anew after all', async () => {
    const removing = Promise.withResolvers<undefined>();
    late.add('one', () => {
      tries.push('one');
      return triesOf('one') === 1 ? removing.promise : Promise.resolve();
    });
    await eventually(() => triesOf('one') === 1);
    const leaving = new AbortController();
    const called = late.callOff('one', leaving.signal);
    leaving.abort();
    await assert.rejects(called, { code: 'cancelled' });
    removing.reject(new Error('connect ENOENT'));
    await eventually(() => triesOf('one') === 2);
  });

  it('is not looked after any more once it is closed', async () => {
    late.add('one', remove('one'));
    await eventually(() => triesOf('one') > 0);
    late.close();
    const before = triesOf('one');
    late.add('one', remove('one'));
    await sleep(20);
    assert.equal(triesOf('one'), before);
  });
});
