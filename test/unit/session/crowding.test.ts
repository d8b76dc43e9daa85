import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { RunResult } from '../../../src/engine/runtime/contract.ts';
import type { FakeEnvironment } from '../../support/fakeRuntime.ts';
import { eventually } from '../../support/eventually.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

const cannotFork: RunResult = {
  exitCode: 2,
  stdout: Buffer.alloc(0),
  stderr: 'sh: 1: Cannot fork\n',
  truncated: false,
};

describe('an environment that is full of processes', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  const fill = (environment: FakeEnvironment): void => {
    environment.full = true;
    environment.answer = ([, script]) =>
      environment.full && ['supervise', 'checkpoint'].includes(script ?? '') ? cannotFork : undefined;
  };
  const restarts = (environment: FakeEnvironment): number => {
    const { did } = environment;
    return did.filter((one, at) => one === 'stop' && did[at + 1] === 'start').length;
  };

  it('is restarted when its Claude cannot be ended otherwise, and then it is stopped', async () => {
    const { id, environment } = await bed.running();
    fill(environment);
    await bed.room.sessions.stop(id, testActor);
    assert.equal(bed.get(id).state, 'stopped');
    assert.equal(restarts(environment), 1);
  });

  it('is restarted before another Claude begins in it', async () => {
    const { id, environment } = bed.session({ state: 'stopped', claudeSessionId: 'c1' });
    fill(environment);
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    assert.equal(restarts(environment), 1);
  });

  it('is restarted when the work of a Claude that has ended cannot be brought home otherwise', async () => {
    const { id, environment } = await bed.running();
    fill(environment);
    environment.claude.end(1);
    await bed.until(id, 'failed');
    await eventually(() => restarts(environment) === 1);
  });

  it('is started again for its work when it ends by itself, as its first process finds no other', async () => {
    const { id, environment } = await bed.running();
    const before = environment.count('start');
    environment.answer = ([, script]) => {
      if (script !== 'checkpoint' || environment.count('start') > before) return undefined;
      environment.lose('stopped');
      return cannotFork;
    };
    environment.claude.end(1);
    await eventually(() => environment.count('checkpoint') === 2);
    assert.equal(environment.count('start'), before + 1);
    const { entries } = bed.room.reports.logs({ session: id, after: 0, limit: 1000 });
    assert.match(JSON.stringify(entries), /The environment had ended, so it was started again/);
  });

  it('is left alone while Claude works in it', async () => {
    const { id, environment } = await bed.running();
    fill(environment);
    await assert.rejects(bed.room.workings.homecoming.bring(id));
    assert.equal(restarts(environment), 0);
    assert.equal(bed.get(id).state, 'running');
  });

  it('is the only one that is restarted: other failures are told as they are', async () => {
    const { id, environment } = await bed.running();
    fill(environment);
    environment.isFull = () => Promise.resolve(false);
    await assert.rejects(bed.room.sessions.stop(id, testActor), /could not be ended/);
    assert.equal(restarts(environment), 0);
    assert.equal(bed.get(id).state, 'running');
  });
});
