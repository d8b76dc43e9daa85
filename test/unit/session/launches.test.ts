import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { RunResult } from '../../../src/engine/runtime/contract.ts';
import type { FakeEnvironment } from '../../support/fakeRuntime.ts';
import { eventually } from '../../support/eventually.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

const said = (exitCode: number, stdout = ''): RunResult => ({
  exitCode,
  stdout: Buffer.from(stdout),
  stderr: 'no',
  truncated: false,
});

describe('the start of a session', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  const idle = (): Promise<void> =>
    eventually(
      () => !bed.room.busy(),
      () => 'busy',
    );
  const refuseStart = (environment: FakeEnvironment): void => {
    environment.answer = (words) => (words[2] === 'start' ? said(1) : undefined);
  };

  it('leaves nothing when Claude cannot begin in a new environment, and can be tried again', async () => {
    const { id } = bed.session({ state: 'created', environment: undefined });
    bed.runtime.environments.clear();
    bed.runtime.onProvision = (environment) => {
      refuseStart(environment);
      return Promise.resolve();
    };
    await bed.room.sessions.start(id, testActor);
    await bed.until(id, 'failed');
    assert.equal(bed.runtime.environments.size, 0);
    assert.equal(bed.get(id).environment, undefined);
    bed.runtime.onProvision = () => Promise.resolve();
    await bed.room.sessions.start(id, testActor);
    await bed.until(id, 'running');
    assert.equal(bed.runtime.environments.get(id)?.claude.heard[0]?.text, 'do it');
  });

  it('lets nothing go on unseen when Claude cannot begin in an environment that holds work', async () => {
    const { id, environment } = bed.session({ state: 'stopped', claudeSessionId: 'c1' });
    refuseStart(environment);
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'failed');
    await idle();
    assert.equal(environment.state, 'stopped');
    assert.deepEqual(bed.runtime.discarded, []);
  });

  it('takes away what came late of a start that was cut off, and makes it anew', async () => {
    const { id } = bed.session({ state: 'created', environment: undefined });
    await bed.room.sessions.start(id, testActor);
    await bed.until(id, 'running');
    assert.deepEqual(bed.runtime.discarded, [id]);
    assert.equal(bed.get(id).environment?.id, bed.runtime.environments.get(id)?.id);
  });

  it('leaves an environment alone in which a Claude has worked', async () => {
    const { id, environment } = bed.session({ state: 'created', environment: undefined });
    bed.store.documents.put('home', id, false);
    await bed.room.sessions.start(id, testActor);
    await bed.until(id, 'failed');
    assert.deepEqual(bed.runtime.discarded, []);
    assert.equal(bed.runtime.environments.get(id), environment);
  });

  it('begins a conversation anew that Claude had no time to save', async () => {
    const { id, environment } = bed.session({ state: 'failed', claudeSessionId: 'c1' });
    const isAsked = (words: readonly string[]): boolean => words[2]?.includes('/projects/') === true;
    environment.answer = (words) => (isAsked(words) ? said(0, 'missing\n') : undefined);
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    assert.match(environment.claude.heard[0]?.text ?? '', /before it had saved its conversation.*\n\ndo it$/s);
    assert.notEqual(bed.get(id).claudeSessionId, 'c1');
  });

  it('goes on with a conversation when nobody can say whether it was saved', async () => {
    const { id, environment } = bed.session({ state: 'failed', claudeSessionId: 'c1' });
    environment.answer = (words) => {
      if (words[2]?.includes('/projects/') === true) throw new Error('Docker does not answer');
      return undefined;
    };
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    assert.equal(bed.get(id).claudeSessionId, 'c1');
  });

  it('ends in a state when it fails for want of an answer, and not in no state at all', async () => {
    const { id, environment } = bed.session({ state: 'stopped', claudeSessionId: 'c1' });
    environment.start = () => Promise.reject(AbortSignal.abort().reason as Error);
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'failed');
  });

  it('is called off with the session that is stopped', async () => {
    const { id } = bed.session({ state: 'created', environment: undefined });
    bed.runtime.environments.clear();
    bed.runtime.onProvision = () => new Promise(() => undefined);
    await bed.room.sessions.start(id, testActor);
    await bed.room.sessions.stop(id, testActor);
    await idle();
    assert.equal(bed.get(id).state, 'stopped');
    assert.equal(bed.runtime.environments.size, 0);
  });
});

describe('an environment that was lost', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  const lost = (): string => {
    const { id, environment } = bed.session({ state: 'stopped', claudeSessionId: 'c1' });
    environment.lose('gone');
    bed.store.documents.put('home', id, false);
    return id;
  };
  const answer = (words: readonly string[], left: string): RunResult | undefined =>
    words[1] === '-c' ? said(0, left) : undefined;

  it('is filled again by the next try when the first one was cut off', async () => {
    const id = lost();
    bed.runtime.onProvision = (environment) => {
      environment.answer = (words) => (words[1] === 'fill' ? said(1) : answer(words, ''));
      return Promise.resolve();
    };
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'failed');
    const made = bed.runtime.environments.get(id);
    assert.ok(made !== undefined);
    made.answer = (words) => answer(words, 'workspace\nconversation\n');
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    assert.equal(made.count('fill'), 2, 'a half-filled workspace was taken for the real one');
  });

  it('brings nothing home while it is filled: that would take the place of what came home before', async () => {
    const id = lost();
    let filling: FakeEnvironment | undefined;
    bed.runtime.onProvision = (environment) => {
      environment.answer = (words) => {
        if (words[1] !== 'fill') return answer(words, '');
        filling = environment;
        return new Promise(() => undefined);
      };
      return Promise.resolve();
    };
    await bed.room.sessions.resume({ session: id }, testActor);
    await eventually(() => filling !== undefined);
    await bed.room.reports.output(id, AbortSignal.timeout(30_000));
    assert.equal(filling?.count('checkpoint'), 0);
  });

  it('gets back what had come home also when its record names no environment any more', async function () {
    this.timeout(60_000);
    const { id } = bed.session({
      state: 'failed',
      environment: undefined,
      claudeSessionId: 'c1',
      head: { commit: bed.base, ahead: 0 },
    });
    bed.runtime.environments.clear();
    const opened: (string | undefined)[] = [];
    bed.runtime.onProvision = (environment) => {
      const exec = environment.exec.bind(environment);
      environment.exec = (command, signal) => {
        opened.push(command.command[1]);
        return exec(command, signal);
      };
      return Promise.resolve();
    };
    await bed.room.sessions.resume({ session: id }, testActor);
    await eventually(
      () => bed.get(id).state === 'running',
      () => bed.get(id).reason.message,
    );
    assert.ok(opened.includes('/flotilla/tools/restore.sh'), opened.join());
  });

  it('keeps a workspace that is still there, also when the conversation is gone', async () => {
    const id = lost();
    bed.runtime.onProvision = (environment) => {
      environment.answer = (words) => answer(words, 'workspace\n');
      return Promise.resolve();
    };
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    const made = bed.runtime.environments.get(id);
    assert.ok(made !== undefined);
    assert.equal(made.count('fill'), 0, 'work that is not home yet was written over');
    assert.equal(made.count('writeFiles'), 1);
    assert.match(made.claude.heard[0]?.text ?? '', /do it/);
  });
});
