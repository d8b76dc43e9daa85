import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventBody, FlotillaEvent } from '../../../src/protocol/events.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { temporaryFolder, testActor } from '../../support/storedSession.ts';

const said = (text: string): EventBody => ({ type: 'session.timeline', data: { kind: 'text', text } });
const started: EventBody = { type: 'engine.started', data: { version: '1' } };
const seqs = (events: readonly FlotillaEvent[]): number[] => events.map(({ seq }) => seq);

describe('the journal', () => {
  const { folder, remove } = temporaryFolder();
  let number = 0;
  let file: string;
  let store: Store;

  beforeEach(() => {
    file = path.join(folder, `${number++}.db`);
    store = Store.open(file, silentLog).store;
  });
  afterEach(() => {
    store.close();
  });
  after(remove);

  it('numbers events from one, and gives those after a number, of all or of one session', () => {
    store.journal.append(testActor, undefined, started);
    store.journal.append(testActor, 'a', said('1'));
    store.journal.append(testActor, 'b', said('2'));
    store.journal.append(testActor, 'a', said('3'));
    assert.deepEqual(seqs(store.journal.after(0)), [1, 2, 3, 4]);
    assert.deepEqual(seqs(store.journal.after(1, { limit: 2 })), [2, 3]);
    assert.deepEqual(seqs(store.journal.after(0, { sessionId: 'a' })), [2, 4]);
    assert.deepEqual(seqs(store.journal.after(4)), []);
    assert.equal(store.journal.lastSeq(), 4);
  });

  it('tells everybody in the order of numbers, even when a listener appends', () => {
    const heard: number[] = [];
    store.journal.listen(({ seq }) => {
      if (seq < 3) store.journal.append(testActor, undefined, started);
    });
    store.journal.listen(({ seq }) => heard.push(seq));
    store.journal.append(testActor, undefined, started);
    assert.deepEqual(heard, [1, 2, 3]);
  });

  it('tells the others when one listener fails, and nobody who has left', () => {
    const heard: number[] = [];
    store.journal.listen(() => {
      throw new Error('no');
    });
    const listening = store.journal.listen(({ seq }) => heard.push(seq));
    store.journal.append(testActor, undefined, started);
    void listening.close();
    store.journal.append(testActor, undefined, started);
    assert.deepEqual(heard, [1]);
  });

  it('passes over an entry that cannot be read, also when a whole page is of that kind', () => {
    for (let count = 0; count < 6; count++) store.journal.append(testActor, undefined, started);
    store.close();
    const database = new DatabaseSync(file);
    database.exec("UPDATE journal SET body = '{}' WHERE seq BETWEEN 2 AND 5");
    database.close();
    store = Store.open(file, silentLog).store;
    assert.deepEqual(seqs(store.journal.after(1, { limit: 2 })), [6]);
  });

  it('trims what is both old and beyond what is kept, and says from where on it is whole', () => {
    for (let count = 0; count < 10; count++) store.journal.append(testActor, undefined, started);
    const young = { rows: 3, mostRows: 100, days: 1 };
    assert.equal(store.journal.trim(young), 0);
    assert.equal(store.journal.firstSeq(), 1);
    assert.equal(store.journal.trim({ ...young, days: -1 }), 7);
    assert.equal(store.journal.firstSeq(), 8);
    assert.deepEqual(seqs(store.journal.after(0)), [8, 9, 10]);
  });

  it('trims young events too where there are far too many, and never gives a number twice', () => {
    for (let count = 0; count < 10; count++) store.journal.append(testActor, undefined, started);
    assert.equal(store.journal.trim({ rows: 0, mostRows: 0, days: 1 }), 10);
    store.close();
    store = Store.open(file, silentLog).store;
    assert.equal(store.journal.append(testActor, undefined, started).seq, 11);
    assert.equal(store.journal.lastSeq(), 11);
  });
});
