import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { sleep } from '../../../src/engine/base/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

const at = '2026-01-01T00:00:00.000Z';

describe('the end of a Claude', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  it('completes a session once its work is home, and goes on with what waits for it', async () => {
    const { id, environment } = await bed.running();
    const first = environment.claude;
    first.endTurn();
    await eventually(() => first.finished);
    bed.store.followUps.add(id, 'one more');
    first.end(0);
    await eventually(() => environment.claudes.length === 2);
    await eventually(() => environment.claude.heard.length === 1);
    assert.equal(environment.claude.heard[0]?.text, 'one more');
    assert.equal(bed.get(id).state, 'running');
  });

  it('is told although Docker does not answer', async () => {
    const { id, environment } = await bed.running();
    bed.runtime.failure = new Error('Docker does not answer');
    environment.claude.end(1);
    await bed.until(id, 'failed');
    assert.equal(bed.get(id).reason.code, 'claude-failed');
  });

  it('tells a failure before the work is home', async () => {
    const { id, environment } = await bed.running();
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    environment.answer = async ([, script]) => {
      if (script === 'checkpoint') await held;
      return { exitCode: 0, stdout: Buffer.alloc(0), stderr: '', truncated: false };
    };
    environment.claude.end(1);
    await bed.until(id, 'failed');
    goOn();
    await eventually(() => environment.count('checkpoint') > 0);
  });

  it('is blamed on memory when that ran out just now, also when the news comes a little late', async () => {
    const { id, environment } = await bed.running();
    environment.claude.end(137);
    await sleep(1000);
    bed.runtime.tell({ type: 'out-of-memory', sessionId: id, at });
    await bed.until(id, 'failed');
    assert.equal(bed.get(id).reason.code, 'out-of-memory');
  });

  it('is not blamed on memory that something else ran out of', async () => {
    const { id, environment } = await bed.running();
    bed.runtime.tell({ type: 'out-of-memory', sessionId: id, at });
    environment.claude.endTurn('The API said no.', true);
    environment.claude.end(1);
    await bed.until(id, 'failed');
    assert.match(bed.get(id).reason.message, /API said no/);
  });

  it('of an interactive one is blamed on memory as well', async () => {
    const { id, environment } = await bed.running({ mode: 'interactive' });
    bed.runtime.tell({ type: 'out-of-memory', sessionId: id, at });
    environment.tui = 'exited 0';
    environment.lose('stopped');
    await bed.until(id, 'failed');
    assert.equal(bed.get(id).reason.code, 'out-of-memory');
  });

  it('leaves a session waiting that has no credentials, and it goes on when they come', async () => {
    const { id, environment } = await bed.running();
    await bed.room.reconcile(bed.leaving.signal);
    bed.credentials.clear();
    bed.room.trouble(id, { kind: 'no-credentials' });
    environment.claude.end(1);
    await eventually(
      () => !bed.room.busy(),
      () => 'busy',
    );
    assert.equal(bed.get(id).state, 'waiting');
    assert.equal(environment.count('checkpoint'), 1, 'the work did not come home');
    bed.giveCredentials();
    await bed.until(id, 'running');
    assert.equal(environment.claudes.length, 2);
  });

  it('ends a session that waited for credentials when its environment was stopped', async () => {
    const { id, environment } = await bed.running();
    bed.credentials.clear();
    bed.room.trouble(id, { kind: 'no-credentials' });
    environment.lose('stopped');
    await bed.until(id, 'stopped');
    assert.equal(bed.get(id).reason.code, 'environment-stopped');
  });

  it('is never mistaken for the end of one that began since', async () => {
    const { id, environment } = await bed.running();
    await bed.room.sessions.stop(id, testActor);
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    await sleep(50);
    assert.equal(bed.get(id).state, 'running');
    assert.equal(environment.claudes.length, 2);
  });

  it('is found again by the next engine when this one was cut off in it', async () => {
    const { id, environment } = await bed.running();
    environment.claude.endTurn();
    await eventually(() => environment.claude.finished);
    environment.answer = ([, script]) => (script === 'checkpoint' ? new Promise(() => undefined) : undefined);
    environment.claude.end(0);
    await eventually(() => environment.count('checkpoint') > 0);
    assert.equal(bed.get(id).state, 'running');
    bed.build();
    environment.answer = () => undefined;
    await bed.room.reconcile(bed.leaving.signal);
    await bed.until(id, 'completed');
  });
});

describe('an environment whose session has ended', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed({ restAfter: 100 });
  });
  afterEach(() => bed.close());

  it('rests after a while, with what was changed in it since brought home', async () => {
    const { id, environment } = await bed.running();
    environment.claude.end(1);
    await bed.until(id, 'failed');
    await eventually(() => environment.state === 'stopped');
    assert.equal(environment.count('checkpoint'), 2);
  });

  it('does not rest, nor bring the engine down, while Docker does not answer', async () => {
    const { id, environment } = await bed.running();
    environment.answer = ([, script]) => {
      // Its work comes home, and nothing more is answered from then on.
      if (script === 'checkpoint') bed.runtime.failure = new Error('Docker does not answer');
      return undefined;
    };
    environment.claude.end(1);
    await bed.until(id, 'failed');
    await eventually(() => bed.logged.includes('an environment could not be put to rest'));
    environment.answer = () => undefined;
    bed.runtime.failure = undefined;
    await eventually(() => environment.state === 'stopped');
  });

  it('is looked into before it is removed when it was stopped from outside before it could rest', async () => {
    bed.build({ restAfter: 60_000 });
    const { id, environment } = await bed.running();
    environment.claude.end(1);
    await eventually(() => environment.count('checkpoint') === 1 && bed.get(id).state === 'failed');
    await eventually(() => bed.get(id).state === 'failed');
    environment.lose('stopped');
    await bed.room.sessions.remove(id, false, testActor);
    assert.equal(environment.count('checkpoint'), 2);
  });

  it('does not rest while a person has a shell in it', async () => {
    const { id, environment } = await bed.running();
    const { promise, resolve } = Promise.withResolvers<number>();
    const exec = environment.exec.bind(environment);
    environment.exec = async (command, signal) => ({ ...(await exec(command, signal)), exitCode: promise });
    await bed.room.openShell(id, { cols: 80, rows: 24 }, AbortSignal.timeout(30_000));
    environment.claude.end(1);
    await bed.until(id, 'failed');
    await eventually(() => environment.count('checkpoint') === 1);
    await sleep(300);
    assert.equal(environment.state, 'running');
    resolve(0);
    await eventually(() => environment.state === 'stopped');
  });

  it('rests also when it was left running by an engine before', async () => {
    const { environment } = bed.session({ state: 'completed', claudeSessionId: 'c1' });
    await bed.room.reconcile(bed.leaving.signal);
    await eventually(() => environment.state === 'stopped');
  });
});
