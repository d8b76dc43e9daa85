import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { commit, git, Scratch } from '../../support/localEnvironment.ts';
import { SecretScan } from '../../support/secretScan.ts';
import { cannotRunHere } from '../../support/skips.ts';

const secret = 'sk-ant-api03-"quoted"/+?-0123456789abcdefgh-AA';
const scan = new SecretScan([secret]);

describe('the search for secrets', () => {
  for (const [name, write] of Object.entries({
    plain: (text: string) => text,
    JSON: (text: string) => JSON.stringify({ text }),
    URLs: encodeURIComponent,
    hexadecimal: (text: string) => Buffer.from(text).toString('hex'),
    'UTF-16': (text: string) => Buffer.from(text, 'utf16le').toString('latin1'),
  }))
    it(`finds one in ${name}`, () => {
      assert.notDeepEqual(scan.in('here', `before ${write(secret)} after`), []);
    });

  it('finds one in base64, whatever stands before and after it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.boolean(), (before, after, isForUrls) => {
        const text = Buffer.from(before + secret + after).toString(isForUrls ? 'base64url' : 'base64');
        assert.ok(scan.in('here', text).length > 0);
      }),
    );
  });

  it('finds the beginning and the end of one', () => {
    assert.notDeepEqual(scan.in('here', secret.slice(-20)), []);
    assert.notDeepEqual(scan.in('here', secret.slice(0, 30)), []);
    assert.deepEqual(scan.in('here', 'sk-ant-api03- and 0123456789abcdefgh'), []);
  });

  it('finds one in files, in names, and in compressed objects of git', async () => {
    const scratch = new Scratch();
    try {
      const folder = scratch.path('repository');
      mkdirSync(folder);
      git(folder, 'init', '--quiet');
      assert.deepEqual(await scan.files(scratch.folder), []);
      commit(folder, { 'a.txt': `key=${secret}\n`.repeat(100) });
      rmSync(path.join(folder, 'a.txt'));
      const [object] = await scan.files(scratch.folder);
      assert.match(object ?? '', /^objects of .*: plain$/);
      writeFileSync(scratch.path('b.bin'), Buffer.concat([Buffer.alloc(5000), Buffer.from(secret)]));
      assert.ok((await scan.files(scratch.folder)).some((leak) => leak.includes('b.bin')));
    } finally {
      scratch.remove();
    }
  });

  it('finds one in the environment and in the arguments of a process, unless it may be there', async function () {
    if (process.platform !== 'linux') cannotRunHere(this, 'processes are read from /proc');
    const child = spawn('sleep', ['600'], { env: { ...process.env, KEY: secret }, stdio: 'ignore' });
    try {
      const [leak] = await scan.processes();
      assert.match(leak ?? '', new RegExp(`^environment of ${String(child.pid)} \\(sleep 600 \\)`));
      assert.deepEqual(await scan.processes((line) => line.startsWith('sleep\0')), []);
    } finally {
      child.kill();
    }
  });
});
