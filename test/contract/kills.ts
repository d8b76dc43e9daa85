import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { becomes, noSignal } from '../support/runtimeBed.ts';
import { collecting, describePart, processesInside } from './contractBed.ts';

const children = (tag: string): string => `sleep 87${tag} & (setsid sleep 86${tag}) & sleep 85${tag}`;

export const kills = describePart('commands that are killed', (bed) => {
  let environment: Environment;
  const living = async (tag: string): Promise<string[]> =>
    (await processesInside(environment)).match(new RegExp(`^sleep 8[5-7]${tag}`, 'gm')) ?? [];

  before(async () => {
    environment = await bed().provision({ network: 'none' });
  });
  after(async () => {
    await bed().runtime.discard(environment.sessionId, noSignal);
  });

  it('end with their children, and nothing else ends', async () => {
    const other = await environment.exec({ command: ['sleep', '1234'] });
    const exec = await environment.exec({ command: ['sh', '-c', children('001')] });
    for (const stream of [exec.stdout, exec.stderr, other.stdout, other.stderr]) stream.resume();
    await becomes(async () => (await living('001')).length === 3);
    await becomes(async () => /^sleep 1234/m.test(await processesInside(environment)));
    await exec.kill();
    assert.equal(await exec.exitCode, 143);
    assert.deepEqual(await living('001'), []);
    assert.match(await processesInside(environment), /^sleep 1234/m);
    await other.kill();
    await exec.kill();
  });

  it('end when they ignore a polite request', async () => {
    const line = 'trap "" TERM; echo ready; while :; do sleep 0.1; done';
    const exec = await environment.exec({ command: ['sh', '-c', line] });
    exec.stderr.resume();
    const seen = collecting(exec.stdout);
    await becomes(() => seen.text.includes('ready'));
    await exec.kill();
    assert.equal(await exec.exitCode, 137);
  });

  it('end by the signal they were started with, and `run` rejects as cancelled', async () => {
    const abort = new AbortController();
    const running = environment.run({ command: ['sh', '-c', children('002')] }, abort.signal);
    await becomes(async () => (await living('002')).length === 3);
    abort.abort();
    await assert.rejects(running, (error) => FlotillaError.is(error, 'cancelled'));
    assert.deepEqual(await living('002'), []);
  });

  it('end, however early, with all that they are just beginning', async () => {
    const many = 'i=0; while [ $i -lt 30 ]; do sleep 87005 & i=$((i + 1)); done; wait';
    for (let run = 0; run < 8; run++) {
      const exec = await environment.exec({ command: ['sh', '-c', many] });
      for (const stream of [exec.stdout, exec.stderr]) stream.resume();
      await sleep(run * 5);
      await exec.kill();
      assert.equal(await exec.exitCode, 143);
      assert.deepEqual(await living('005'), []);
    }
  });

  it('end although nobody has read what they said', async () => {
    const exec = await environment.exec({ command: ['sh', '-c', 'echo 87003; exec tail -c +87003 /dev/zero'] });
    await exec.kill();
    assert.equal(await exec.exitCode, 143);
    assert.doesNotMatch(await processesInside(environment), /\+87003/);
  });

  it('end although somebody has stopped to read what they said', async () => {
    const exec = await environment.exec({ command: ['tail', '-c', '+87004', '/dev/zero'] });
    exec.stderr.resume();
    await once(exec.stdout, 'readable');
    exec.stdout.pause();
    await exec.kill();
    assert.equal(await exec.exitCode, 143);
    assert.doesNotMatch(await processesInside(environment), /\+87004/);
  });

  it('leave what they detached on purpose', async () => {
    const line = 'setsid sh -c "sleep 4321 >/dev/null 2>&1 </dev/null &" ; sleep 4322';
    const exec = await environment.exec({ command: ['sh', '-c', line] });
    for (const stream of [exec.stdout, exec.stderr]) stream.resume();
    const all = (): Promise<string> => processesInside(environment);
    await becomes(async () => /^sleep 4321[^]*^sleep 4322|^sleep 4322[^]*^sleep 4321/m.test(await all()));
    await exec.kill();
    assert.match(await all(), /^sleep 4321/m);
    assert.doesNotMatch(await all(), /^sleep 4322/m);
  });

  it('are not even begun when they were called off before', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(environment.exec({ command: ['sleep', '87004'] }, signal), (error) =>
      FlotillaError.is(error, 'cancelled'),
    );
    assert.deepEqual(await living('004'), []);
  });
});
