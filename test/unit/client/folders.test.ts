import assert from 'node:assert/strict';
import { folders, socketPath } from '../../../src/client/folders.ts';

describe('the folders', () => {
  it('are all below FLOTILLA_HOME when that is set', () => {
    assert.deepEqual(folders({ FLOTILLA_HOME: '/srv/f' }), {
      data: '/srv/f/data',
      config: '/srv/f/config',
      cache: '/srv/f/cache',
      log: '/srv/f/log',
      run: '/srv/f/data/run',
    });
  });

  it('leave room for the sockets of sessions, however long the data folder is', () => {
    const one = folders({ FLOTILLA_HOME: `/srv/${'x'.repeat(100)}/1` });
    const two = folders({ FLOTILLA_HOME: `/srv/${'x'.repeat(100)}/2` });
    assert.ok(Buffer.byteLength(one.run) <= 60);
    assert.notEqual(one.run, two.run);
    assert.ok(Buffer.byteLength(socketPath(one)) < 104);
  });

  it('do not depend on what differs between a login, cron and an editor', () => {
    const home = { FLOTILLA_HOME: `/srv/${'x'.repeat(100)}` };
    assert.deepEqual(folders({ ...home, TMPDIR: '/elsewhere', XDG_RUNTIME_DIR: '/run/user/1' }), folders(home));
  });

  it('are those of the system otherwise', () => {
    const place = folders({});
    assert.match(place.data, /flotilla/);
    assert.equal(new Set(Object.values(place)).size, 5);
  });
});
