import assert from 'node:assert/strict';
import { z } from 'zod';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Serial } from '../../../src/engine/base/serial.ts';
import { Holds } from '../../../src/engine/session/holds.ts';
import { nextTry, Patience } from '../../../src/engine/session/patience.ts';
import { Wakes } from '../../../src/engine/session/wakes.ts';
import type { Reason } from '../../../src/protocol/basics.ts';
import { noUsage, type Session } from '../../../src/protocol/session.ts';
import { eventually } from '../../support/eventually.ts';
import type { FakeEnvironment } from '../../support/fakeRuntime.ts';
import { RoomBed } from '../../support/roomBed.ts';
import { testActor } from '../../support/storedSession.ts';

const minute = 60_000;
const goOnWord = 'Please go on where you were interrupted.';
const soon = (): string => new Date(Date.now() + 20).toISOString();
const later = (): string => new Date(Date.now() + 60 * minute).toISOString();

/** The API has the last word: Claude ends for it. */
function refuse({ claude }: FakeEnvironment, status: number | null, said = 'said'): void {
  const result = { is_error: true, terminal_reason: 'api_error', api_error_status: status, result: said };
  claude.say({ type: 'result', subtype: 'success', ...result });
  claude.end(1);
}

describe('the next try of a session that the API refuses', () => {
  const now = Date.now();
  const within = (at: number, from: number, to: number): void => {
    assert.ok(at >= now + from && at <= now + to, `${(at - now) / minute} minutes`);
  };

  it('comes after pauses that grow to half an hour', () => {
    const tried = [1, 2, 3, 5, 6, 7, 50].map((tries) => nextTry({ tries, now, limitEnd: undefined }) - now);
    const least = [1, 2, 4, 16, 30, 30, 30];
    for (const [at, ms] of tried.entries()) {
      const from = (least[at] ?? 0) * minute;
      assert.ok(ms >= from && ms <= from * 1.25, `${ms / minute} minutes`);
    }
  });

  it('comes when the limit ends, a little apart from others', () => {
    for (const end of [0, 1000, 5 * minute, 300 * minute]) {
      const tries = Array.from({ length: 20 }, () => nextTry({ tries: 1, now, limitEnd: now + end }));
      for (const at of tries) within(at, end, end + 2 * minute);
      assert.ok(new Set(tries).size > 10);
    }
  });

  it('comes later and later where each end that is named is followed by another', () => {
    within(nextTry({ tries: 2, now, limitEnd: now + 1 }), minute, 1.2 * minute);
    within(nextTry({ tries: 50, now, limitEnd: now + 1 }), 30 * minute, 33 * minute);
  });

  it('does not believe ends that can not be', () => {
    for (const limitEnd of [NaN, Infinity, -Infinity, 0, now - 2 * minute, now + 9 * 24 * 60 * minute])
      within(nextTry({ tries: 1, now, limitEnd }), minute, 1.25 * minute);
  });
});

describe('a session whose Claude the API goes on refusing', function () {
  this.timeout(60_000);
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed({ firstPause: 20 });
  });
  afterEach(() => bed.close());

  /** Every reason to wait that a session gives from now on, however short it waits. */
  const waitsOf = (id: string): Reason[] => {
    const found: Reason[] = [];
    const { sessions } = bed.store;
    const change = sessions.change.bind(sessions);
    sessions.change = (changed, changes, actor) => {
      if (changed === id && changes.state === 'waiting' && changes.reason !== undefined) found.push(changes.reason);
      return change(changed, changes, actor);
    };
    return found;
  };
  const refused = async (status: number, changes: Partial<Session> = {}): Promise<string> => {
    const { id, environment } = await bed.running(changes);
    refuse(environment, status);
    await bed.until(id, 'waiting');
    return id;
  };
  const environmentOf = (id: string): FakeEnvironment => {
    const found = bed.runtime.environments.get(id);
    assert.ok(found !== undefined);
    return found;
  };
  /** Waits for a limit that does not end in this test. */
  const limited = async (changes: Partial<Session> = {}): Promise<string> => {
    const { id, environment } = await bed.running(changes);
    bed.room.trouble(id, { kind: 'limited', resetAt: later() });
    refuse(environment, 429);
    await bed.until(id, 'waiting');
    return id;
  };

  it('waits for the end of a limit, says until when, and goes on by itself', async () => {
    const { id, environment } = await bed.running();
    const resetAt = soon();
    const waits = waitsOf(id);
    bed.room.trouble(id, { kind: 'limited', resetAt });
    refuse(environment, 429, 'Slow down');
    await eventually(() => environment.claudes.length === 2);
    await bed.until(id, 'running');
    assert.equal(waits.length, 1);
    assert.equal(waits[0]?.code, 'api-limited');
    assert.match(
      waits[0].message,
      /^The API limits requests \(429\): Slow down\. The session goes on by itself later,/,
    );
    assert.ok((waits[0].until ?? '') >= resetAt);
    assert.equal(bed.get(id).reason.until, undefined);
    await eventually(() => environment.claude.heard.length === 1);
    assert.equal(environment.claude.heard[0]?.text, goOnWord);
  });

  for (const status of [null, 500, 529])
    it(`waits after ${status === null ? 'no answer' : `error ${status}`} as well, and its work comes home meanwhile`, async () => {
      const { id, environment } = await bed.running();
      const waits = waitsOf(id);
      refuse(environment, status);
      await eventually(() => environment.claudes.length === 2);
      await bed.until(id, 'running');
      assert.deepEqual(
        waits.map(({ code }) => code),
        ['api-trouble'],
      );
      assert.equal(environment.count('checkpoint'), 1);
    });

  it('fails where it was told to, and where the API refuses what Claude asks', async () => {
    for (const [status, whenRefused] of [
      [429, 'fail'],
      [401, 'fail'],
      [529, 'fail'],
      [400, 'wait'],
    ] as const) {
      const { id, environment } = await bed.running({ whenRefused });
      refuse(environment, status);
      await bed.until(id, 'failed');
      assert.match(bed.get(id).reason.message, /resume/i);
    }
  });

  it('fails in the end when nothing comes of its tries, and is patient anew once something did', () => {
    const documents = bed.store.documents;
    const patience = new Patience({ documents, limitEnd: () => undefined, forgetLimit: () => undefined });
    const { id } = bed.session();
    const reason = { code: 'api-trouble', message: 'The API has trouble.' };
    const pauseAfter = (outputTokens: number): number => {
      const session = { ...bed.get(id), usage: { ...noUsage, outputTokens } };
      return Date.parse(patience.waiting(session, reason)?.until ?? '') - Date.now();
    };
    // Answers that break off are no progress.
    const pauses = Array.from({ length: 50 }, (_, tries) => pauseAfter(tries));
    assert.ok(pauses.every((ms) => ms > 0));
    assert.ok(pauses.at(-1)! > 29 * minute);
    assert.equal(pauseAfter(50), NaN);
    for (let tries = 0; tries < 20; tries++) pauseAfter(50);
    assert.ok(pauseAfter(600) < 2 * minute);
  });

  it('fails in the end although each try brings something, unless a turn came to its end', () => {
    const { documents } = bed.store;
    const patience = new Patience({ documents, limitEnd: () => undefined, forgetLimit: () => undefined });
    const { id } = bed.session();
    let outputTokens = 0;
    const waits = (): boolean => {
      outputTokens += 1000;
      const session = { ...bed.get(id), usage: { ...noUsage, outputTokens } };
      return patience.waiting(session, { code: 'api-trouble', message: 'The API has trouble.' }) !== undefined;
    };
    const tries = (): boolean[] => Array.from({ length: 200 }, waits);
    assert.deepEqual(new Set(tries()), new Set([true]));
    patience.succeeded(id);
    assert.deepEqual(new Set(tries()), new Set([true]));
    assert.equal(waits(), false);
  });

  it('waits for another credential where that is refused, and for nothing that was there before', async () => {
    await bed.room.reconcile(bed.leaving.signal);
    const id = await refused(401);
    const { code, until } = bed.get(id).reason;
    assert.deepEqual([code, until], ['credential-refused', undefined]);
    bed.giveCredentials();
    await eventually(() => environmentOf(id).count('checkpoint') === 1);
    assert.equal(bed.get(id).state, 'waiting');
    bed.giveCredentials('sk-ant-test-1111111111');
    await bed.until(id, 'running');
    assert.equal(environmentOf(id).claudes.length, 2);
  });

  it('goes on at once when another credential came while the old one was being refused', async () => {
    await bed.room.reconcile(bed.leaving.signal);
    const { id, environment } = await bed.running();
    bed.giveCredentials('sk-ant-test-1111111111');
    refuse(environment, 401);
    await eventually(() => environment.claudes.length === 2);
    await bed.until(id, 'running');
    refuse(environment, 401);
    await bed.until(id, 'waiting');
    assert.equal(environment.claudes.length, 2);
  });

  it('waits again, once, when a person resumes it with what is refused', async () => {
    const id = await refused(403);
    await bed.room.sessions.resume({ session: id, prompt: 'and now?' }, testActor);
    await bed.until(id, 'running');
    const { claude } = environmentOf(id);
    await eventually(() => claude.heard.at(-1)?.text === 'and now?');
    claude.takeUp();
    refuse(environmentOf(id), 403);
    await bed.until(id, 'waiting');
    assert.deepEqual([environmentOf(id).claudes.length, bed.get(id).queued], [2, 0]);
  });

  it('goes on with another credential before its limit is over', async () => {
    await bed.room.reconcile(bed.leaving.signal);
    const id = await limited();
    bed.giveCredentials('sk-ant-test-1111111111');
    await bed.until(id, 'running');
  });

  it('does not wait for the end of a limit that an earlier Claude, or an earlier credential, was told of', async () => {
    await bed.room.reconcile(bed.leaving.signal);
    const id = await limited();
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    refuse(environmentOf(id), 500);
    await eventually(() => environmentOf(id).claudes.length === 3);
    await bed.until(id, 'running');
    bed.room.trouble(id, { kind: 'limited', resetAt: later() });
    bed.giveCredentials('sk-ant-test-1111111111');
    refuse(environmentOf(id), 429);
    await eventually(() => environmentOf(id).claudes.length === 4);
  });

  it('goes on waiting while nothing can be started at its time', async () => {
    const id = await limited();
    await isStored(id);
    await bed.room.close();
    const until = '2026-01-01T00:00:00.000Z';
    bed.store.sessions.change(id, { reason: { ...bed.get(id).reason, until } }, testActor);
    bed.runtime.failure = new Error('Docker is not up yet.');
    bed.build();
    await bed.room.reconcile(bed.leaving.signal);
    await eventually(() => bed.logged.includes('a session that waits could not go on yet'));
    assert.equal(bed.get(id).state, 'waiting');
    assert.ok(bed.room.busy());
  });

  it('takes it well when a person resumes it at the moment at which it goes on by itself', async () => {
    await bed.room.reconcile(bed.leaving.signal);
    const id = await refused(401);
    await isStored(id);
    const asked = Promise.withResolvers<undefined>();
    const answered = Promise.withResolvers<undefined>();
    const find = bed.runtime.find.bind(bed.runtime);
    bed.runtime.find = async (...given) => {
      asked.resolve(undefined);
      await answered.promise;
      return find(...given);
    };
    bed.giveCredentials('sk-ant-test-1111111111');
    await asked.promise;
    const resuming = bed.room.sessions.resume({ session: id, prompt: 'and now?' }, testActor);
    answered.resolve(undefined);
    assert.equal((await resuming).queued, 1);
    await bed.until(id, 'running');
    assert.equal(environmentOf(id).claudes.length, 2);
  });

  it('keeps a message until it goes on', async () => {
    const id = await limited();
    const sent = await bed.room.sessions.send(id, 'also this', testActor);
    assert.deepEqual([sent.state, sent.queued], ['waiting', 1]);
    await bed.room.sessions.resume({ session: id }, testActor);
    await eventually(() => environmentOf(id).claude.heard.at(-1)?.text === 'also this');
  });

  it('goes on waiting under the next engine, and goes on at once when its time has passed', async () => {
    const id = await limited();
    await isStored(id);
    await bed.restart();
    assert.equal(bed.get(id).state, 'waiting');
    assert.ok(bed.room.busy());
    const { reason } = bed.get(id);
    bed.store.sessions.change(id, { reason: { ...reason, until: '2026-01-01T00:00:00.000Z' } }, testActor);
    await bed.restart();
    await bed.until(id, 'running');
    assert.equal(environmentOf(id).claudes.length, 2);
  });

  /** Its end is dealt with. */
  const isStored = (id: string): Promise<void> => eventually(() => !bed.hasDoor(id));

  it('goes on once when the engine was killed as it began to wait', async () => {
    const { id, environment } = await bed.running();
    environment.answer = ([, script]) => (script === 'checkpoint' ? new Promise(() => undefined) : undefined);
    bed.room.trouble(id, { kind: 'limited', resetAt: later() });
    refuse(environment, 429);
    await bed.until(id, 'waiting');
    await eventually(() => environment.count('checkpoint') === 1);
    const { reason } = bed.get(id);
    bed.build({ restAfter: 50 });
    environment.answer = () => undefined;
    await bed.room.reconcile(bed.leaving.signal);
    // Before it rests, it is looked into once more.
    await eventually(() => environment.count('checkpoint') >= 2);
    await isStored(id);
    assert.deepEqual(bed.get(id).reason, reason);
    await eventually(() => environment.state === 'stopped');
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
    assert.equal(environment.claudes.length, 2);
  });

  it('can be stopped, cancelled and removed, and then does not go on', async () => {
    await bed.room.reconcile(bed.leaving.signal);
    const ids = [await limited(), await limited(), await limited()];
    const [stopped = '', cancelled = '', removed = ''] = ids;
    await bed.room.sessions.stop(stopped, testActor);
    await bed.room.sessions.cancel(cancelled, testActor);
    await bed.room.sessions.remove(removed, true, testActor);
    assert.deepEqual([bed.get(stopped).state, bed.get(cancelled).state], ['stopped', 'cancelled']);
    bed.giveCredentials('sk-ant-test-1111111111');
    assert.equal(environmentOf(stopped).claudes.length, 1);
    assert.equal(
      bed.store.documents.list(z.unknown(), 'patience').some(({ key }) => key === removed),
      false,
    );
  });

  it('lets its environment rest meanwhile', async () => {
    bed.build({ restAfter: 50 });
    const id = await limited();
    await eventually(() => environmentOf(id).state === 'stopped');
    assert.equal(bed.get(id).state, 'waiting');
    await bed.room.sessions.resume({ session: id }, testActor);
    await bed.until(id, 'running');
  });
});

describe('sessions that wait for the same moment', () => {
  it('go on one after another, and not while a landing holds them', async function () {
    this.timeout(60_000);
    const bed = new RoomBed();
    const waiting = { state: 'waiting', reason: { code: 'api-limited', message: 'It waits.' } } as const;
    const [held = '', ...others] = [1, 2, 3].map(() => bed.session(waiting).id);
    const holds = new Holds();
    holds.hold(held, 'It lands.');
    const went: { id: string; at: number }[] = [];
    const goOn = (id: string): void => void went.push({ id, at: performance.now() });
    const { store, runtime, log } = bed;
    const parts = { store, runtime, log, holds, isAlive: () => false, goOn };
    const wakes = new Wakes({ ...parts, serial: new Serial() });
    for (const id of [held, ...others]) wakes.at(id, 0);
    await eventually(() => went.length === 2);
    assert.deepEqual(
      went.map(({ id }) => id),
      others,
    );
    assert.ok((went[1]?.at ?? 0) - (went[0]?.at ?? 0) > 1500);
    assert.equal(wakes.size, 1);
    wakes.close();
    await bed.close();
  });

  it('do not go on by themselves when what is done to them at that moment ends their waiting', async function () {
    this.timeout(60_000);
    const bed = new RoomBed();
    const waiting = { state: 'waiting', reason: { code: 'api-limited', message: 'It waits.' } } as const;
    const [stopping = '', other = ''] = [1, 2].map(() => bed.session(waiting).id);
    const went: string[] = [];
    const { store, runtime, log } = bed;
    const parts = { store, runtime, log, holds: new Holds(), isAlive: () => false };
    const serial = new Serial();
    const wakes = new Wakes({ ...parts, serial, goOn: (id) => void went.push(id) });
    const stopped = Promise.withResolvers<undefined>();
    void serial.run(stopping, () => stopped.promise);
    wakes.at(stopping, 0);
    wakes.at(other, 1);
    await eventually(() => went.includes(other));
    store.sessions.change(stopping, { state: 'stopped' }, testActor);
    stopped.resolve(undefined);
    await serial.drain();
    assert.deepEqual(went, [other]);
    wakes.close();
    await bed.close();
  });
});
