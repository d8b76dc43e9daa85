import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { acquireLock, lockOwner } from '../../../src/engine/store/engineLock.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

const holder = path.resolve(import.meta.dirname, '../../support/lockHolder.ts');

interface Contender {
  readonly child: ChildProcess;
  readonly said: Promise<string>;
}

function contend(folder: string): Contender {
  const child = spawn(process.execPath, [holder, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = once(child.stdout, 'data').then(([data]) => String(data).trim());
  return { child, said };
}

describe("the engine's lock", function () {
  this.timeout(60_000);
  const { folder, remove } = temporaryFolder();
  after(remove);

  it('has one owner, however many want it at once', async () => {
    for (let race = 0; race < 5; race++) {
      const contenders = Array.from({ length: 6 }, () => contend(path.join(folder, `race ${race}`)));
      const said = await Promise.all(contenders.map((contender) => contender.said));
      assert.equal(said.filter((word) => word === 'owner').length, 1, said.join(' '));
      for (const { child } of contenders) child.kill('SIGKILL');
    }
  });

  it('is free the moment its owner is killed', async () => {
    const place = path.join(folder, 'killed');
    const { child, said } = contend(place);
    assert.equal(await said, 'owner');
    assert.equal(lockOwner(place), child.pid);
    assert.equal(await contend(place).said, 'other');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = acquireLock(place);
    assert.ok(lock);
    await lock.close();
  });

  it('is not missed by one who asks while another is about to be refused', async () => {
    const place = path.join(folder, 'refused');
    mkdirSync(place);
    // What asks for the lock reads the file first, and stands in the way of others for that long.
    const script = `const { DatabaseSync } = require('node:sqlite');
      const database = new DatabaseSync(process.argv[1]);
      database.exec('BEGIN; SELECT * FROM sqlite_schema');
      console.log('reads');
      setTimeout(() => database.close(), 300);`;
    const child = spawn(process.execPath, ['--eval', script, path.join(place, 'engine.lock.db')]);
    await once(child.stdout, 'data');
    const lock = acquireLock(place);
    assert.ok(lock);
    await lock.close();
  });

  it('can be taken again once it was closed', async () => {
    const place = path.join(folder, 'again');
    for (let time = 0; time < 2; time++) {
      const lock = acquireLock(place);
      assert.ok(lock);
      assert.equal(lockOwner(place), process.pid);
      await lock.close();
      assert.equal(lockOwner(place), undefined);
    }
  });
});
