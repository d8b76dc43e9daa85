import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { FlotillaEvent } from '../../../src/protocol/events.ts';
import type { Session } from '../../../src/protocol/session.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { aSession, temporaryFolder, testActor } from '../../support/storedSession.ts';
import { median } from '../../bench/measure.ts';

describe('the store', () => {
  const { folder, remove } = temporaryFolder();
  let number = 0;
  let file: string;
  let store: Store;
  const reopen = (): void => {
    store.close();
    store = Store.open(file, silentLog).store;
  };
  const withDatabase = (work: (database: DatabaseSync) => void): void => {
    store.close();
    const database = new DatabaseSync(file);
    work(database);
    database.close();
    store = Store.open(file, silentLog).store;
  };

  beforeEach(() => {
    file = path.join(folder, `${number++}`, 'flotilla.db');
    store = Store.open(file, silentLog).store;
  });
  afterEach(() => {
    store.close();
  });
  after(remove);

  describe('of sessions', () => {
    it('gives back what was put in, over a restart', () => {
      const session = store.sessions.create(aSession({ prompt: 'ünï\u0000codé "quotes"' }), testActor);
      reopen();
      assert.deepEqual(store.sessions.get(session.id), session);
      assert.deepEqual(
        store.journal.after(0).map(({ body }) => body),
        [{ type: 'session.created', data: { session } }],
      );
    });

    it('lays changes over a session and publishes only what changed, after it is stored', () => {
      const session = store.sessions.create(aSession(), testActor);
      const heard: [FlotillaEvent, Session][] = [];
      store.journal.listen((event) => heard.push([event, store.sessions.get(session.id)]));
      const after = store.sessions.change(session.id, { state: 'queued', name: session.name }, testActor);
      const [event, stored] = heard[0] ?? assert.fail();
      assert.equal(heard.length, 1);
      assert.deepEqual(event.body, {
        type: 'session.updated',
        data: { changes: { state: 'queued', updatedAt: after.updatedAt } },
      });
      assert.deepEqual(event.actor, testActor);
      assert.deepEqual(stored, after);
    });

    it('neither stores nor publishes a change that changes nothing', () => {
      const session = store.sessions.create(aSession(), testActor);
      const seq = store.journal.lastSeq();
      const same = store.sessions.change(session.id, { limits: { ...session.limits }, state: 'created' }, testActor);
      assert.deepEqual(same, session);
      assert.equal(store.journal.lastSeq(), seq);
    });

    it('takes an optional field away with undefined', () => {
      const session = store.sessions.create(aSession({ model: 'opus' }), testActor);
      store.sessions.change(session.id, { model: undefined }, testActor);
      assert.equal(store.sessions.get(session.id).model, undefined);
    });

    it('refuses a change that makes no valid session, and keeps what was', () => {
      const session = store.sessions.create(aSession(), testActor);
      assert.throws(() => store.sessions.change(session.id, { turns: -1 }, testActor), z.ZodError);
      assert.deepEqual(store.sessions.get(session.id), session);
      assert.equal(store.journal.lastSeq(), 1);
    });

    it('says which session it does not know', () => {
      for (const act of [
        () => store.sessions.get('nothere1'),
        () => store.sessions.find('nothere1'),
        () => store.sessions.change('nothere1', { turns: 1 }, testActor),
      ])
        assert.throws(act, (error) => FlotillaError.is(error, 'unknown-session'));
      assert.equal(store.sessions.peek('nothere1'), undefined);
    });

    it('lists the newest first, by repository and state', () => {
      const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;
      const make = (createdAt: string, changes: Partial<Session> = {}): string =>
        store.sessions.create(aSession({ createdAt, ...changes }), testActor).id;
      const other = { id: 'other', source: '/other', kind: 'folder', name: 'other' } as const;
      const [old, newest, middle] = [make(at(1)), make(at(3), { state: 'failed' }), make(at(2), { repository: other })];
      const ids = (filter?: Parameters<typeof store.sessions.list>[0]): string[] =>
        store.sessions.list(filter).map(({ id }) => id);
      assert.deepEqual(ids(), [newest, middle, old]);
      assert.deepEqual(ids({ repositoryId: 'repo' }), [newest, old]);
      assert.deepEqual(ids({ states: ['failed'] }), [newest]);
    });

    it('finds by id, by name and by the start of an id, and refuses to guess', () => {
      const one = store.sessions.create(aSession({ id: 'abcd2222', name: 'one' }), testActor);
      const two = store.sessions.create(aSession({ id: 'abcd3333', name: 'two' }), testActor);
      assert.equal(store.sessions.find('abcd2222').id, one.id);
      assert.equal(store.sessions.find('two').id, two.id);
      assert.equal(store.sessions.find('abcd3').id, two.id);
      assert.throws(
        () => store.sessions.find('abcd'),
        (error) => FlotillaError.is(error, 'ambiguous-session') && error.detail?.includes('abcd3333') === true,
      );
      for (const pattern of ['%', '_bcd', ''])
        assert.throws(() => store.sessions.find(pattern === '' ? '*' : pattern), /There is no session/);
    });

    it('forgets a removed session, its follow-ups and its events, and keeps that it was removed', () => {
      const { id } = store.sessions.create(aSession(), testActor);
      const stays = store.sessions.create(aSession(), testActor);
      store.followUps.add(id, 'and then');
      store.sessions.remove(id, testActor);
      store.sessions.remove(id, testActor);
      assert.equal(store.sessions.peek(id), undefined);
      assert.equal(store.followUps.count(id), 0);
      assert.deepEqual(
        store.journal.after(0).map(({ sessionId, body }) => [sessionId, body.type]),
        [
          [stays.id, 'session.created'],
          [id, 'session.removed'],
        ],
      );
    });

    it('puts a record that cannot be read into quarantine and loads the others', () => {
      const bad = store.sessions.create(aSession(), testActor);
      const good = store.sessions.create(aSession(), testActor);
      withDatabase((database) => {
        database.prepare('UPDATE sessions SET record = \'{"half":\' WHERE id = ?').run(bad.id);
      });
      assert.deepEqual(store.sessions.list(), [good]);
      withDatabase((database) => {
        const kept = database.prepare('SELECT key, record FROM quarantine').all();
        assert.deepEqual({ ...kept[0] }, { key: bad.id, record: '{"half":' });
      });
    });

    it('publishes nothing of a transaction that failed', () => {
      const heard: FlotillaEvent[] = [];
      store.journal.listen((event) => heard.push(event));
      assert.throws(() =>
        store.transaction(() => {
          store.sessions.create(aSession(), testActor);
          throw new Error('no');
        }),
      );
      assert.deepEqual([heard, store.sessions.list(), store.journal.lastSeq()], [[], [], 0]);
      store.sessions.create(aSession(), testActor);
      assert.equal(heard.length, 1);
    });
  });

  describe('of follow-ups', () => {
    it('keeps them in order over a restart until they are taken', () => {
      const { id } = store.sessions.create(aSession(), testActor);
      store.followUps.add(id, 'first');
      store.followUps.add(id, 'second');
      reopen();
      const first = store.followUps.next(id) ?? assert.fail();
      assert.deepEqual([first.text, store.followUps.count(id)], ['first', 2]);
      assert.deepEqual(store.followUps.next(id), first);
      store.followUps.take(first.id);
      assert.equal(store.followUps.next(id)?.text, 'second');
    });
  });

  describe('of repositories', () => {
    it('knows each once, the one used last first', async () => {
      const one = { id: '1', source: '/one', kind: 'folder', name: 'one' } as const;
      const two = { id: '2', source: 'https://host/two', kind: 'url', name: 'two' } as const;
      for (const repository of [one, two, one]) {
        store.repositories.upsert(repository);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      assert.deepEqual(
        store.repositories.list().map(({ name }) => name),
        ['one', 'two'],
      );
    });
  });

  describe('of documents', () => {
    const schema = z.object({ offset: z.number() });

    it('keeps small records of other rooms by kind and key', () => {
      store.documents.put('run', 'a', { offset: 1 });
      store.documents.put('run', 'a', { offset: 2 });
      store.documents.put('run', 'b', { offset: 3 });
      store.documents.put('other', 'a', { offset: 4 });
      reopen();
      assert.deepEqual(store.documents.get(schema, 'run', 'a'), { offset: 2 });
      store.documents.delete('run', 'b');
      assert.deepEqual(store.documents.list(schema, 'run'), [{ key: 'a', value: { offset: 2 } }]);
    });

    it('counts one that does not fit as absent', () => {
      store.documents.put('run', 'a', { offset: 'no number' });
      assert.equal(store.documents.get(schema, 'run', 'a'), undefined);
      assert.deepEqual(store.documents.list(schema, 'run'), []);
    });

    it('writes an offset in well under a millisecond', () => {
      const times = Array.from({ length: 1000 }, (_, offset) => {
        const start = performance.now();
        store.documents.put('run', 'a', { offset });
        return performance.now() - start;
      });
      // The middle one: another may have had to wait for the machine.
      assert.ok(median(times) < 0.5, `${String(median(times))} ms`);
    });
  });
});
