import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { RunResult } from '../../../src/engine/runtime/contract.ts';
import { eventually } from '../../support/eventually.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

const failed = (stderr = 'no'): RunResult => ({ exitCode: 128, stdout: Buffer.alloc(0), stderr, truncated: false });

describe('what is asked of a session', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  it('is stopped although its work cannot be brought home, which then stays and is named', async () => {
    const { id, environment } = await bed.running();
    environment.answer = ([, script]) => (script === 'checkpoint' ? failed() : undefined);
    const stopped = await bed.room.sessions.stop(id, testActor);
    assert.equal(stopped.state, 'stopped');
    assert.equal(environment.state, 'stopped');
    const { entries } = bed.room.reports.logs({ session: id, after: 0, limit: 1000 });
    assert.ok(
      entries.some(({ entry }) => entry.kind === 'timeline' && /could not be brought home/.test(entry.timeline.text)),
    );
    environment.answer = () => undefined;
    const before = environment.count('checkpoint');
    await bed.room.sessions.cancel(id, testActor);
    assert.equal(environment.count('checkpoint'), before + 1, 'what stayed was not looked for again');
  });

  it('is stopped, and not at work for ever, when it cannot be cancelled without losing work', async () => {
    const { id, environment } = await bed.running();
    environment.answer = ([, script]) => (script === 'checkpoint' ? failed() : undefined);
    await assert.rejects(bed.room.sessions.cancel(id, testActor), { code: 'work-not-home' });
    assert.equal(bed.get(id).state, 'stopped');
    assert.deepEqual(bed.runtime.discarded, []);
    await bed.room.sessions.remove(id, true, testActor);
    assert.equal(bed.store.sessions.peek(id), undefined);
  });

  it('goes on as before when its Claude cannot be ended', async () => {
    const { id, environment } = await bed.running();
    environment.answer = (words) => {
      if (words[2] === 'stop') throw new Error('Docker does not answer');
      return undefined;
    };
    await assert.rejects(bed.room.sessions.stop(id, testActor), /does not answer/);
    assert.equal(bed.get(id).state, 'running');
    environment.answer = () => undefined;
    environment.claude.takeUp();
    environment.claude.endTurn();
    environment.claude.end(0);
    await bed.until(id, 'completed');
  });

  it('can be stopped in the moment its environment ends', async () => {
    const { id, environment } = await bed.running();
    environment.lose('stopped');
    await bed.room.sessions.stop(id, testActor);
    await eventually(
      () => !bed.room.busy(),
      () => 'busy',
    );
    assert.equal(bed.get(id).state, 'stopped');
  });

  it('is started by a message when it was stopped before it had an environment', async () => {
    const { id } = bed.session({ state: 'stopped', environment: undefined });
    bed.runtime.environments.clear();
    await bed.room.sessions.send(id, 'go on', testActor);
    await bed.until(id, 'running');
    const { claude } = bed.runtime.environments.get(id) ?? {};
    assert.equal(claude?.heard[0]?.text, 'do it');
    claude.takeUp();
    claude.endTurn();
    await eventually(() => claude.heard[1]?.text === 'go on');
  });

  it('keeps a message for a session that was never started', async () => {
    const { id } = bed.session({ state: 'created', environment: undefined });
    await bed.room.sessions.send(id, 'later', testActor);
    assert.deepEqual([bed.get(id).state, bed.get(id).queued], ['created', 1]);
  });

  it('is not started any more once it was cancelled', async () => {
    const { id } = bed.session({ state: 'completed', claudeSessionId: 'c1' });
    const cancelled = bed.room.sessions.cancel(id, testActor);
    await bed.room.sessions.send(id, 'one more thing', testActor);
    await cancelled;
    await eventually(
      () => !bed.room.busy(),
      () => 'busy',
    );
    assert.equal(bed.get(id).state, 'cancelled');
    assert.equal(bed.runtime.environments.size, 0, 'an environment was made for it');
  });

  it('gives what a resume asks to Claude after the task that it never heard', async () => {
    const { id } = bed.session({ state: 'failed', prompt: 'the task', environment: undefined });
    bed.runtime.environments.clear();
    await bed.room.sessions.resume({ session: id, prompt: 'and mind the tests' }, testActor);
    assert.equal(bed.get(id).queued, 1);
    bed.runtime.failure = undefined;
    await eventually(() => bed.get(id).state !== 'starting');
    assert.equal(bed.store.followUps.next(id)?.text, 'and mind the tests');
  });

  it('keeps what a resume asks over the end of the engine', async () => {
    const { id, environment } = bed.session({ state: 'stopped', claudeSessionId: 'c1' });
    environment.answer = (words) => (words[2] === 'start' ? new Promise(() => undefined) : undefined);
    await bed.room.sessions.resume({ session: id, prompt: 'do that' }, testActor);
    assert.equal(bed.store.followUps.next(id)?.text, 'do that');
    environment.answer = () => undefined;
  });

  it('waits with its Claude when it is resumed before credentials have come', async () => {
    const { id, environment } = await bed.running();
    await bed.room.reconcile(bed.leaving.signal);
    bed.credentials.clear();
    bed.room.trouble(id, { kind: 'no-credentials' });
    assert.equal(bed.get(id).state, 'waiting');
    await bed.room.sessions.resume({ session: id, prompt: 'later' }, testActor);
    assert.equal(environment.claudes.length, 1);
    await bed.room.sessions.resume({ session: id, mode: 'interactive' }, testActor);
    assert.equal(environment.claude.over, true, 'the autonomous Claude goes on beside the other mode');
    bed.giveCredentials();
    await bed.until(id, 'running');
    assert.equal(environment.tui, 'running');
  });

  it('lets nothing be heard of a session that was removed', async () => {
    const { id, environment } = await bed.running();
    const heard: string[] = [];
    const listening = bed.store.journal.listen(({ sessionId, body }) => {
      if (sessionId === id) heard.push(body.type);
    });
    await bed.room.sessions.remove(id, true, testActor);
    environment.claudes[0]?.endTurn();
    bed.room.trouble(id, { kind: 'unreachable', message: 'gone' });
    await eventually(
      () => !bed.room.busy(),
      () => 'busy',
    );
    await listening.close();
    assert.equal(heard.at(-1), 'session.removed');
  });

  it('shows logs page by page, however many other events lie between', async () => {
    const { id } = bed.session({ state: 'created' });
    for (let at = 0; at < 25; at++) bed.store.sessions.change(id, { turns: at + 1 }, testActor);
    bed.store.sessions.record(id, { type: 'session.timeline', data: { kind: 'notice', text: 'here' } }, testActor);
    const { entries } = bed.room.reports.logs({ session: id, after: 0, limit: 5 });
    assert.equal(entries.length, 1);
    assert.deepEqual(bed.room.reports.logs({ session: id, after: entries[0]?.seq ?? 0, limit: 5 }).entries, []);
    await Promise.resolve();
  });
});
