import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { RunResult } from '../../../src/engine/runtime/contract.ts';
import { RoomBed } from '../../support/roomBed.ts';

describe('what comes home', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  const says = (stdout: string): RunResult => ({
    exitCode: 0,
    stdout: Buffer.from(stdout),
    stderr: '',
    truncated: false,
  });

  it('is no checkpoint that is only claimed', async () => {
    const { id, environment } = bed.session({ state: 'completed' });
    environment.answer = ([, script]) => (script === 'checkpoint' ? says(`commit ${'b'.repeat(40)} 7\n`) : undefined);
    const { files } = await bed.room.reports.output(id, AbortSignal.timeout(10_000));
    assert.deepEqual(files, []);
    assert.equal(bed.get(id).checkpoint, undefined);
  });

  it('can be seen while Docker does not answer', async () => {
    const { id } = bed.session({ state: 'completed' });
    bed.runtime.failure = new Error('Docker does not answer');
    const { commits } = await bed.room.reports.output(id, AbortSignal.timeout(10_000));
    assert.deepEqual(commits, []);
  });

  it('is not waited for by who has gone away', async () => {
    const { id } = bed.session({ state: 'completed' });
    bed.runtime.failure = new Error('Docker does not answer');
    await assert.rejects(bed.room.reports.output(id, AbortSignal.abort()), { code: 'cancelled' });
  });
});
