import assert from 'node:assert/strict';
import { mkdtempSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EngineError } from '../../../src/client/engineError.ts';
import { makeFolders } from '../../../src/client/makeFolders.ts';

describe("Flotilla's folders", () => {
  let scratch: string;
  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'flotilla-folders-'));
  });
  afterEach(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  it('are made with those above them, for this user alone, and again without harm', () => {
    const folder = path.join(scratch, 'a/b/c');
    makeFolders([folder, path.join(scratch, 'a/d')]);
    makeFolders([folder]);
    for (const made of ['a', 'a/b', 'a/b/c', 'a/d'])
      assert.equal(statSync(path.join(scratch, made)).mode & 0o777, 0o700);
  });

  it('are refused with what to do where there can be none', () => {
    writeFileSync(path.join(scratch, 'file'), '');
    symlinkSync(path.join(scratch, 'gone'), path.join(scratch, 'link'));
    for (const place of [
      path.join(scratch, 'file/data'),
      path.join(scratch, 'link/data'),
      path.join(scratch, 'file'),
      path.join(scratch, 'link'),
      path.join(scratch, `${'x'.repeat(300)}/a`),
    ])
      assert.throws(() => makeFolders([place]), isRefused(place));
    assert.equal(readlinkSync(path.join(scratch, 'link')), path.join(scratch, 'gone'));
  });

  it('are refused at once below /proc, where Node would try for ever', function () {
    if (process.platform !== 'linux') this.skip();
    for (const place of ['/proc/flotilla', '/proc/flotilla/data', '/proc/self/flotilla/a/b'])
      assert.throws(() => makeFolders([place]), isRefused(place));
  });
});

const isRefused = (place: string) => (error: unknown) =>
  error instanceof EngineError &&
  error.code === 'config-invalid' &&
  error.message.startsWith(`Flotilla can't keep its data at ${place} (E`) &&
  error.message.includes('Set FLOTILLA_HOME');
