import assert from 'node:assert/strict';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { firstOfHostGit, runHostGit } from '../../../src/engine/git/hostProcess.ts';
import { runOnHost } from '../../../src/engine/process/run.ts';

describe('a program of the host that writes', () => {
  it('without an end is ended at the limit, with all that it has started', async () => {
    for (const args of [
      ['-c', 'yes'],
      ['-c', 'yes & yes & wait'],
    ]) {
      const { stdout, truncated, exitCode, timedOut } = await runOnHost({ file: 'sh', args, maxBytes: 10_001 });
      assert.deepEqual([stdout.toString(), truncated, timedOut], [`${'y\n'.repeat(5000)}y`, true, false]);
      assert.equal(exitCode, undefined);
    }
  });

  it('up to the limit comes to its own end', async () => {
    const { stdout, truncated, exitCode } = await runOnHost({
      file: 'sh',
      args: ['-c', 'head -c 10000 /dev/zero; exit 3'],
      maxBytes: 10_000,
    });
    assert.deepEqual([stdout.length, truncated, exitCode], [10_000, false, 3]);
  });

  it('errors without an end keeps the last of them', async () => {
    const args = ['-c', 'seq 200000 >&2; echo done'];
    const { stdout, stderr, truncated } = await runOnHost({ file: 'sh', args, maxBytes: 10 });
    assert.deepEqual([stdout.toString(), stderr.split('\n').at(-1), truncated], ['done\n', '200000', false]);
  });
});

describe('a git of the host that answers more than it may', () => {
  const call = { args: ['help', '--all'], maxBytes: 20 };

  it('is refused where the whole answer is needed', async () => {
    await assert.rejects(
      runHostGit(call),
      (error) => FlotillaError.is(error, 'limit-reached') && error.message.includes('git help'),
    );
    assert.ok((await runHostGit({ ...call, maxBytes: undefined })).stdout.length > 1000);
  });

  it('gives the first part where that will do, and its failures are told', async () => {
    const first = await firstOfHostGit(call);
    assert.deepEqual([first.stdout.length, first.truncated], [20, true]);
    const whole = await firstOfHostGit({ args: ['version'], maxBytes: 1000 });
    assert.match(whole.stdout.toString(), /^git version/);
    assert.equal(whole.truncated, false);
    await assert.rejects(firstOfHostGit({ args: ['no-such-command'], maxBytes: 1000 }), { name: 'GitError' });
  });
});
