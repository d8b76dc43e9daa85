import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { scratchFolder, sweepScratchFolders } from '../../../src/engine/git/scratchFolder.ts';
import { Scratch } from '../../support/localEnvironment.ts';

describe('scratch folders', () => {
  const made: string[] = [];
  afterEach(() => {
    for (const one of made.splice(0)) rmSync(one, { recursive: true, force: true });
  });

  /** A process that has ended. */
  const ended = (): number => spawnSync('true').pid;
  const left = (name: string): string => {
    const folder = path.join(tmpdir(), name);
    mkdirSync(path.join(folder, 'objects'), { recursive: true });
    made.push(folder);
    return folder;
  };

  it('of killed engines are removed, and no other', async () => {
    const scratch = new Scratch();
    const own = await scratchFolder('replay');
    made.push(own);
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
    scratch.remove();
  });
});
