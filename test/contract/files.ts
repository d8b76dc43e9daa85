import assert from 'node:assert/strict';
import { FlotillaError } from '../../src/engine/base/errors.ts';
import { type Environment, places } from '../../src/engine/runtime/contract.ts';
import { noSignal, shell } from '../support/runtimeBed.ts';
import { describePart } from './contractBed.ts';

export const files = describePart('files', (bed) => {
  let environment: Environment;
  before(async () => {
    environment = await bed().provision({ network: 'none' });
  });
  after(async () => {
    await bed().runtime.discard(environment.sessionId, noSignal);
  });

  it('are written for the user, with the folders they need', async () => {
    const { workspaceFolder, user } = environment;
    await environment.writeFiles([
      { path: `${places.claude}/deep/er/settings.json`, content: '{"ü":1}' },
      { path: `${places.claude}/run.sh`, content: 'echo hi', mode: 0o755 },
      { path: `${workspaceFolder}/a`, content: new Uint8Array([0, 255, 10]) },
    ]);
    const listing = await shell(
      environment,
      `cd ${places.claude}; stat -c "%U %a %n" . deep deep/er deep/er/settings.json run.sh "$OLDPWD" "$OLDPWD/a"; cat deep/er/settings.json; od -An -tu1 "$OLDPWD/a"`,
    );
    assert.deepEqual(listing.trim().split('\n'), [
      `${user} 700 .`,
      `${user} 700 deep`,
      `${user} 700 deep/er`,
      `${user} 600 deep/er/settings.json`,
      `${user} 755 run.sh`,
      `${user} 755 ${workspaceFolder}`,
      `${user} 600 ${workspaceFolder}/a`,
      '{"ü":1}   0 255  10',
    ]);
  });

  it('have any name a file can have', async () => {
    const names = ['a b', '-rf', "it's", '"', '$HOME', '`id`', '*', 'ü😀', 'new\nline', 'x'.repeat(200), '\\', '...'];
    await environment.writeFiles(
      names.map((name, index) => ({ path: `${environment.workspaceFolder}/odd/${name}`, content: String(index) })),
    );
    for (const [index, name] of names.entries()) {
      const { stdout } = await environment.run({ command: ['cat', `./odd/${name}`] });
      assert.equal(stdout.toString(), String(index), name);
    }
  });

  it('can be large', async () => {
    const content = Buffer.alloc(20 * 1024 * 1024, 'fleet ');
    await environment.writeFiles([{ path: `${environment.workspaceFolder}/large`, content }]);
    assert.equal((await shell(environment, 'wc -c <large')).trim(), String(content.length));
  });

  it('can not be written over the tools, nor by a path that is not plain and absolute', async () => {
    const { workspaceFolder } = environment;
    for (const path of [
      `${places.tools}/evil.sh`,
      '/workspaces/../etc/evil',
      'evil',
      './evil',
      `${workspaceFolder}//evil`,
    ])
      await assert.rejects(environment.writeFiles([{ path, content: '' }]), Error, path);
    assert.equal((await environment.run({ command: ['ls', '/etc/evil', '/evil', 'evil'] })).stdout.length, 0);
  });

  it('replace a link instead of following it', async () => {
    await shell(environment, `echo safe > /tmp/target; ln -s /tmp/target ${places.claude}/link`);
    await environment.writeFiles([{ path: `${places.claude}/link`, content: 'new' }]);
    assert.equal(await shell(environment, `cat /tmp/target ${places.claude}/link`), 'safe\nnew');
  });

  it('can be called off', async () => {
    const files = [{ path: `${environment.workspaceFolder}/never`, content: 'x' }];
    await assert.rejects(environment.writeFiles(files, AbortSignal.abort()), (error) =>
      FlotillaError.is(error, 'cancelled'),
    );
    assert.equal((await environment.run({ command: ['test', '-e', 'never'] })).exitCode, 1);
  });

  it('of the tools can be read and not changed', async () => {
    const { exitCode } = await environment.run({ command: ['touch', `${places.tools}/x`] });
    assert.notEqual(exitCode, 0);
    assert.match(await shell(environment, `ls ${places.tools}`), /endExec\.sh/);
  });
});
