import assert from 'node:assert/strict';
import { sleep } from '../../src/engine/base/clock.ts';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import type { EnvironmentSpec, Report } from '../../src/engine/runtime/contract.ts';
import { noSignal } from '../support/runtimeBed.ts';
import { type ContractBed, describePart } from './contractBed.ts';

const isCancelled = (error: unknown): boolean => FlotillaError.is(error, 'cancelled');

/** Starts an environment that is called off on the way; it may have been finished before that was noticed. */
async function startAndCancel(
  bed: ContractBed,
  spec: EnvironmentSpec,
  whenTo: (abort: () => void) => { report?: Report; after?: Promise<unknown> },
): Promise<void> {
  const abort = new AbortController();
  const { report, after } = whenTo(() => {
    abort.abort();
  });
  const outcome = bed.runtime.provision(spec, report ?? (() => undefined), abort.signal).then(
    () => 'made',
    (error: unknown) => (isCancelled(error) ? 'cancelled' : error),
  );
  await after;
  const what = await outcome;
  if (what === 'made') await bed.runtime.discard(spec.sessionId, noSignal);
  else assert.equal(what, 'cancelled');
  assert.deepEqual(await bed.traces(spec.sessionId), []);
}

export const cancelling = describePart('that are called off', (bed) => {
  it('at any of their steps leave nothing', async function () {
    this.timeout(400_000);
    let reports = 0;
    await bed().provision({}, () => (reports += 1));
    for (const { sessionId } of await bed().runtime.list(noSignal)) await bed().runtime.discard(sessionId, noSignal);
    const points = Math.min(reports, 8);
    for (let point = 0; point < points; point += 1) {
      let left = Math.floor((point * reports) / points);
      const countdown = (abort: () => void) => ({
        report: () => {
          left -= 1;
          if (left < 0) abort();
        },
      });
      await startAndCancel(bed(), await bed().spec(), countdown);
    }
  });

  for (const when of [0, 30, 120, 220, 320, 420, 520, 620])
    it(`${when} ms after their start leave nothing`, async () => {
      const later = (abort: () => void) => ({ after: sleep(when).then(abort) });
      await startAndCancel(bed(), await bed().spec(), later);
    });

  it('while they are prepared leave nothing', async () => {
    const abort = new AbortController();
    const spec = await bed().spec({
      prepare: async (environment, signal) => {
        const running = environment.run({ command: ['sleep', '1000'], cwd: '/' }, signal);
        abort.abort();
        await running;
      },
    });
    await assert.rejects(
      bed().runtime.provision(spec, () => undefined, abort.signal),
      isCancelled,
    );
    assert.deepEqual(await bed().traces(spec.sessionId), []);
  });

  it('by a removal in the middle leave nothing', async () => {
    const spec = await bed().spec();
    const running = bed().runtime.provision(spec, () => undefined, noSignal);
    const rejected = assert.rejects(running, isCancelled);
    await sleep(200);
    await bed().runtime.discard(spec.sessionId, noSignal);
    await rejected;
    assert.deepEqual(await bed().traces(spec.sessionId), []);
  });

  it('by the end of their runtime leave nothing', async () => {
    const leaving = await bed().another('same');
    const spec = await bed().spec();
    const rejected = assert.rejects(
      leaving.provision(spec, () => undefined, noSignal),
      isCancelled,
    );
    await sleep(200);
    await leaving.close();
    await rejected;
    assert.deepEqual(await bed().traces(spec.sessionId), []);
  });

  it('before they were begun are not begun, and no question is asked for nothing', async () => {
    const { runtime } = bed();
    const signal = AbortSignal.abort();
    const spec = await bed().spec();
    await assert.rejects(
      runtime.provision(spec, () => undefined, signal),
      isCancelled,
    );
    await assert.rejects(runtime.find(spec.sessionId, signal), isCancelled);
    await assert.rejects(runtime.list(signal), isCancelled);
    await assert.rejects(runtime.discard(spec.sessionId, signal), isCancelled);
    assert.ok(Array.isArray(await runtime.check(signal)));
    assert.deepEqual(await bed().traces(spec.sessionId), []);
  });
});
