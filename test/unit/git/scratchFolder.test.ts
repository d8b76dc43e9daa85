import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { scratchFolder, sweepScratchFolders } from '../../../src/engine/git/scratchFolder.ts';
import { Scratch } from '../../support/localEnvironment.ts';

describe('scratch folders', () => {
  let scratch: Scratch;
  const usual = process.env['TMPDIR'];

  // Engines of other tests sweep the usual place.
  beforeEach(() => {
    scratch = new Scratch();
    process.env['TMPDIR'] = scratch.folder;
  });
  afterEach(() => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    scratch.remove();
  });

  /** A process that has ended. */
  const ended = (): number => spawnSync('true').pid;
  const left = (name: string): string => {
    const folder = path.join(tmpdir(), name);
    mkdirSync(path.join(folder, 'objects'), { recursive: true });
    return folder;
  };

  it('of killed engines are removed, and no other', async () => {
    const own = await scratchFolder('replay');
    const pid = ended();
    const gone = [left(`flotilla-replay-${pid}-aB3dE9`), left(`flotilla-index-${pid}-aB3dE9`)];
    const stay = [own, left(`flotilla-replay-${pid}-aB3dE9x`), left(`flotilla-other-${pid}-aB3dE9`)];
    const kept = scratch.path('kept');
    mkdirSync(kept);
    writeFileSync(path.join(kept, 'file'), '');
    symlinkSync(kept, path.join(gone[0] ?? '', 'link'));
    await sweepScratchFolders();
    assert.deepEqual(gone.filter(existsSync), []);
    assert.deepEqual(stay.filter(existsSync), stay);
    assert.ok(existsSync(path.join(kept, 'file')));
  });
});
