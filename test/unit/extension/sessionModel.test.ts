import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../../src/client/engineError.ts';
import { type ModelChange, SessionModel } from '../../../src/extension/model/sessionModel.ts';
import { untilSession } from '../../../src/extension/model/untilSession.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { aSession } from '../../support/storedSession.ts';
import { FakeSource } from './fakeSource.ts';

const away = EngineError.of('engine-unreachable', 'There is no engine.');

async function until(wish: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !wish();) {
    assert.ok(Date.now() < end, 'it did not happen');
    await sleep(2);
  }
}

describe('the model of sessions', () => {
  let stored: Session[];
  let source: FakeSource;
  let model: SessionModel;
  let changes: ModelChange[];
  const heardErrors: unknown[] = [];

  beforeEach(() => {
    stored = [aSession({ name: 'first', createdAt: '2026-01-01T00:00:00.000Z' })];
    source = new FakeSource({
      'session.list': () => ({ sessions: stored, seq: source.seq }),
      'session.get': () => ({ session: { ...stored[0], name: 'read again' } }),
    });
    model = new SessionModel(source, (error) => heardErrors.push(error));
    changes = [];
    model.onChange((change) => changes.push(change));
  });
  afterEach(() => {
    model.dispose();
  });
  const first = (): Session => stored[0]!;

  it('reads all sessions once, then goes on from the number of that answer', async () => {
    source.seq = 7;
    await model.ready();
    assert.deepEqual(model.sessions, stored);
    await until(() => source.followedAfter.length === 1);
    assert.deepEqual(source.followedAfter, [7]);
    assert.deepEqual(
      source.calls.map(({ name }) => name),
      ['session.list'],
    );
  });

  it('shows the newest session first', async () => {
    stored.push(aSession({ name: 'newer', createdAt: '2026-02-01T00:00:00.000Z' }));
    await model.ready();
    assert.deepEqual(
      model.sessions.map(({ name }) => name),
      ['newer', 'first'],
    );
  });

  it('hears of sessions that come, change and go, and tells what was before', async () => {
    await model.ready();
    const other = aSession({ name: 'other' });
    source.happen(other.id, { type: 'session.created', data: { session: other } });
    source.happen(other.id, { type: 'session.updated', data: { changes: { state: 'queued' } } });
    source.happen(other.id, { type: 'session.removed', data: {} });
    await until(() => changes.filter(({ kind }) => kind === 'session').length === 3);
    const states = changes.flatMap((change) =>
      change.kind === 'session' ? [[change.before?.state, change.after?.state]] : [],
    );
    assert.deepEqual(states, [
      [undefined, 'created'],
      ['created', 'queued'],
      ['queued', undefined],
    ]);
    assert.equal(model.get(other.id), undefined);
    assert.equal(model.seq, 3);
  });

  it('takes away what an update clears', async () => {
    stored[0] = { ...first(), activity: { kind: 'working', since: first().createdAt } };
    await model.ready();
    source.happen(first().id, { type: 'session.updated', data: { changes: { turns: 2 }, cleared: ['activity'] } });
    await until(() => model.get(first().id)?.turns === 2);
    assert.ok(!Object.hasOwn(model.get(first().id)!, 'activity'));
  });

  it('reads a session again when an update makes no session of it', async () => {
    await model.ready();
    source.happen(first().id, { type: 'session.updated', data: { changes: {}, cleared: ['branch'] } });
    await until(() => model.get(first().id)?.name === 'read again');
  });

  it('knows the step of a session that starts, and forgets it afterwards', async () => {
    stored[0] = { ...first(), state: 'starting' };
    await model.ready();
    const progress = { step: 'image', title: 'Building the image', status: 'running', fraction: 0.3 } as const;
    source.happen(first().id, { type: 'session.progress', data: progress });
    await until(() => model.progress(first().id) !== undefined);
    assert.deepEqual(model.progress(first().id), progress);
    source.happen(first().id, { type: 'session.updated', data: { changes: { state: 'running' } } });
    await until(() => model.progress(first().id) === undefined);
  });

  it('says why there is no engine, and comes back at once when it is asked to', async () => {
    source.outOfReach = away;
    await assert.rejects(model.ready(), away);
    assert.deepEqual(model.engine, { kind: 'failed', error: away });
    source.outOfReach = undefined;
    await model.ready();
    assert.equal(model.engine.kind, 'connected');
  });

  it('keeps showing what it knew while the engine is away, and reads all anew after that', async () => {
    await model.ready();
    source.breakOff(away);
    await until(() => model.engine.kind === 'failed');
    assert.equal(model.sessions.length, 1);
    stored = [];
    await until(() => model.engine.kind === 'connected');
    assert.equal(model.sessions.length, 0);
  });

  it('reads all anew without a word when events are no longer kept', async () => {
    await model.ready();
    source.seq = 900;
    source.breakOff(EngineError.of('not-in-this-state', 'Those events are gone.'));
    await until(() => source.followedAfter.length === 2);
    assert.equal(source.followedAfter[1], 900);
    assert.ok(!changes.some(({ kind }) => kind === 'all' && model.engine.kind === 'failed'));
  });

  it('does not go back when older events come after everything was read anew', async () => {
    await model.ready();
    stored[0] = { ...first(), state: 'completed' };
    source.seq = 5;
    await model.reload();
    const heard: number[] = [];
    model.onEvent(({ seq }) => heard.push(seq));
    source.happen(first().id, { type: 'session.updated', data: { changes: { state: 'running' } } }, 4);
    source.happen(first().id, { type: 'session.updated', data: { changes: { turns: 9 } } }, 6);
    await until(() => model.get(first().id)?.turns === 9);
    assert.equal(model.get(first().id)?.state, 'completed');
    assert.deepEqual(heard, [4, 6]);
  });

  it('lets no listener keep the others from hearing', async () => {
    const broken = new SessionModel(source, (error) => heardErrors.push(error));
    broken.onChange(() => {
      throw new Error('a listener broke');
    });
    await broken.ready();
    broken.dispose();
    assert.ok(heardErrors.some((error) => error instanceof Error && error.message === 'a listener broke'));
  });

  it('takes in an event fast with two hundred sessions', async () => {
    stored = Array.from({ length: 200 }, (_, index) => aSession({ name: `session ${index}` }));
    await model.ready();
    // Processor time: what else the machine does meanwhile is not in it.
    const begun = process.cpuUsage();
    for (const { id } of stored) source.happen(id, { type: 'session.updated', data: { changes: { turns: 1 } } });
    await until(() => model.sessions.every(({ turns }) => turns === 1));
    const { user, system } = process.cpuUsage(begun);
    assert.ok(user + system < 1_000_000, `${user + system} µs`);
  });

  it('waits for a session that it has not heard of yet', async () => {
    await model.ready();
    const other = aSession();
    const waiting = untilSession(model, other.id, ({ state }) => state === 'running', new AbortController().signal);
    source.happen(other.id, { type: 'session.created', data: { session: other } });
    source.happen(other.id, { type: 'session.updated', data: { changes: { state: 'running' } } });
    assert.equal((await waiting)?.state, 'running');
  });

  it('ends waiting when the session is removed or the person cancels', async () => {
    await model.ready();
    const { signal } = new AbortController();
    const removed = untilSession(model, first().id, () => false, signal);
    const cancelled = new AbortController();
    const never = untilSession(model, 'unknown1', () => false, cancelled.signal);
    source.happen(first().id, { type: 'session.removed', data: {} });
    cancelled.abort();
    assert.equal(await removed, undefined);
    assert.equal(await never, undefined);
  });
});
