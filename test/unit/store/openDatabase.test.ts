import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { migrations } from '../../../src/engine/store/migrations.ts';
import { openDatabase } from '../../../src/engine/store/openDatabase.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { aSession, temporaryFolder, testActor } from '../../support/storedSession.ts';

const version = z.object({ user_version: z.number() });

describe('opening the store', () => {
  const { folder, remove } = temporaryFolder();
  let number = 0;
  let file: string;
  beforeEach(() => {
    file = path.join(folder, `${number++}`, 'flotilla.db');
  });
  after(remove);

  it('makes a file that only the user can read', () => {
    const { database } = openDatabase(file, migrations);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
    database.close();
  });

  it('brings an older file forward step by step and keeps what is in it', () => {
    const { store } = Store.open(file, silentLog);
    const session = store.sessions.create(aSession(), testActor);
    store.close();
    const more = [...migrations, 'ALTER TABLE sessions ADD COLUMN extra TEXT', "UPDATE sessions SET extra = 'x'"];
    const { database } = openDatabase(file, more);
    const row = database.get(z.object({ id: z.string(), extra: z.string() }), 'SELECT id, extra FROM sessions');
    assert.deepEqual({ ...row }, { id: session.id, extra: 'x' });
    assert.equal(database.get(version, 'PRAGMA user_version')?.user_version, migrations.length + 2);
    database.close();
  });

  it('leaves the file at the last good version when a step fails', () => {
    const broken = [...migrations, 'CREATE TABLE good (a)', 'CREATE TABLE half (a); SELECT * FROM nowhere'];
    assert.throws(() => openDatabase(file, broken));
    const { database } = openDatabase(file, broken.slice(0, -1));
    assert.equal(database.get(version, 'PRAGMA user_version')?.user_version, migrations.length + 1);
    assert.deepEqual(database.all(z.unknown(), "SELECT name FROM sqlite_schema WHERE name = 'half'"), []);
    database.close();
  });

  it('refuses a file of a newer Flotilla and leaves it alone', () => {
    openDatabase(file, [...migrations, 'CREATE TABLE future (a)']).database.close();
    const before = readFileSync(file);
    assert.throws(
      () => Store.open(file, silentLog),
      (error) => FlotillaError.is(error, 'engine-too-old'),
    );
    assert.deepEqual(readFileSync(file), before);
  });

  it('sets a damaged file aside and goes on with a fresh one', () => {
    openDatabase(file, migrations).database.close();
    writeFileSync(file, 'this is no database'.repeat(1000));
    const { store, setAside } = Store.open(file, silentLog);
    assert.match(setAside ?? '', /\.corrupt-/);
    assert.ok(existsSync(setAside ?? ''));
    assert.deepEqual(store.sessions.list(), []);
    store.sessions.create(aSession(), testActor);
    store.close();
    assert.equal(Store.open(file, silentLog).setAside, undefined);
  });

  it('finds damage inside a file that no engine closed', () => {
    const { store } = Store.open(file, silentLog);
    for (let count = 0; count < 200; count++) store.sessions.create(aSession({ prompt: 'x'.repeat(2000) }), testActor);
    store.close();
    const { database } = openDatabase(file, migrations);
    database.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096 * 4, 4096 * 40);
    writeFileSync(file, bytes);
    assert.match(Store.open(file, silentLog).setAside ?? '', /\.corrupt-/);
  });
});
