import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import * as z from 'zod';
import { eventSchema } from '../../../src/protocol/events.ts';
import { sessionSchema } from '../../../src/protocol/session.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { damaged, fuzz, hostileRecord, hostileText } from '../../support/fuzz.ts';
import { aSession, temporaryFolder, testActor } from '../../support/storedSession.ts';

const session = aSession();
const body = fc.oneof(
  damaged([
    JSON.stringify({ type: 'session.timeline', data: { kind: 'text', text: 'x' } }),
    JSON.stringify({ type: 'session.created', data: { session } }),
    JSON.stringify({ type: 'session.updated', data: { changes: { state: 'running' }, cleared: ['image'] } }),
  ]),
  hostileRecord(['type', 'data']).map((one) => JSON.stringify(one)),
  hostileText,
);
const actor = fc.oneof(damaged([JSON.stringify(testActor)]), hostileText);

describe('fuzzed: what stands in the database', () => {
  const { folder, remove } = temporaryFolder();
  const file = path.join(folder, 'flotilla.db');
  let raw: DatabaseSync;
  before(() => {
    Store.open(file, silentLog).store.close();
    raw = new DatabaseSync(file);
  });
  after(() => {
    raw.close();
    remove();
  });
  const opened = <T>(work: (store: Store) => T): T => {
    const { store } = Store.open(file, silentLog);
    try {
      return work(store);
    } finally {
      store.close();
    }
  };

  it('in the journal is told when it can be read, and passed over when not', () =>
    fuzz(fc.array(fc.tuple(actor, body, hostileText), { minLength: 1, maxLength: 4 }), (rows) => {
      raw.exec('DELETE FROM journal');
      const insert = raw.prepare('INSERT INTO journal (at, actor, session_id, body) VALUES (?, ?, ?, ?)');
      for (const [who, what, id] of rows) insert.run('2026-01-01T00:00:00.000Z', who, id, what);
      opened(({ journal }) => {
        const last = journal.append(testActor, undefined, { type: 'engine.started', data: { version: '1' } });
        const events = journal.after(0);
        z.array(eventSchema).parse(events);
        assert.deepEqual(events.at(-1), last);
      });
    }));

  it('as a session is one, or goes into quarantine with nothing lost', () =>
    fuzz(fc.array(damaged([JSON.stringify(session)]), { minLength: 1, maxLength: 3 }), (records) => {
      raw.exec('DELETE FROM sessions; DELETE FROM quarantine');
      const insert = raw.prepare(
        'INSERT INTO sessions (id, name, repository_id, state, created_at, record) VALUES (?, ?, ?, ?, ?, ?)',
      );
      for (const [at, record] of records.entries())
        insert.run(at === 0 ? session.id : `other${String(at)}`, 'n', 'r', 'created', 'now', record);
      opened(({ sessions }) => {
        z.array(sessionSchema).parse(sessions.list());
        const kept = raw.prepare('SELECT count(*) AS count FROM quarantine').get();
        assert.equal(sessions.list().length + Number(kept?.['count']), records.length);
      });
    }));

  it('as a document is of the shape that was asked for, or not there', () => {
    const schema = z.strictObject({ number: z.number().int(), name: z.string() });
    const value = fc.oneof(damaged(['{"number":1,"name":"x"}']), hostileText);
    return fuzz(fc.tuple(hostileText, value), ([key, text]) => {
      raw.exec('DELETE FROM documents');
      raw.prepare('INSERT INTO documents (kind, key, value) VALUES (?, ?, ?)').run('k', key, text);
      opened(({ documents }) => {
        for (const one of documents.list(schema, 'k')) schema.parse(one.value);
        const found = documents.get(schema, 'k', key);
        if (found !== undefined) schema.parse(found);
      });
    });
  });

  it('is found by no name that means something to SQL', () =>
    fuzz(hostileText, (key) => {
      opened(({ sessions, documents }) => {
        documents.put('names', key, 1);
        const wellFormed = key.toWellFormed();
        if (!key.includes('\0') && wellFormed === key) assert.equal(documents.get(z.number(), 'names', key), 1);
        assert.throws(() => sessions.get(`${key}'`), /There is no session/);
        documents.delete('names', key);
      });
    }));
});
