import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { whileRunning } from '../../../src/engine/landing/whileRunning.ts';

const { signal } = new AbortController();
const forever = (): Promise<never> => new Promise(() => undefined);

describe('what goes on in an environment', function () {
  this.timeout(30_000);

  it('ends with it, though its stream does not', async () => {
    const environment = { status: () => Promise.resolve('stopped' as const) };
    await assert.rejects(whileRunning(environment, forever, signal), { code: 'environment-gone' });
  });

  it('goes on while Docker does not say how it is', async () => {
    const looks: number[] = [];
    const status = (): Promise<never> => {
      looks.push(1);
      return Promise.reject(new Error('Docker is restarting'));
    };
    const work = async (): Promise<string> => {
      while (looks.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      return 'done';
    };
    assert.equal(await whileRunning({ status }, work, signal), 'done');
  });
});
