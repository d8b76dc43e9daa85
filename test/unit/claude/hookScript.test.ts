import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runOnHost } from '../../../src/engine/process/run.ts';

const tools = path.resolve(import.meta.dirname, '../../../media/tools');

describe('the hook script', function () {
  this.timeout(60_000);
  let folder: string;
  const call = (input: string): ReturnType<typeof runOnHost> =>
    runOnHost({ file: 'sh', args: [`${tools}/hook.sh`], env: { CLAUDE_CONFIG_DIR: folder }, input });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-hook-'));
    await mkdir(path.join(folder, 'run'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('writes whole lines when many run at once', async () => {
    const records = Array.from({ length: 24 }, (_, index) => JSON.stringify({ index, text: 'x'.repeat(index * 2500) }));
    await Promise.all(records.map(call));
    const lines = (await readFile(path.join(folder, 'run/hooks.jsonl'), 'utf8')).trimEnd().split('\n');
    assert.deepEqual(lines.sort(), [...records].sort());
  });

  it('cuts a record at 64 KB, and says nothing and succeeds even where it can not write', async () => {
    await call('y'.repeat(1_000_000));
    assert.equal((await readFile(path.join(folder, 'run/hooks.jsonl'))).length, 65_001);
    await rm(path.join(folder, 'run'), { recursive: true });
    const { exitCode, stdout, stderr } = await call('{}');
    assert.deepEqual([exitCode, stdout.length, stderr], [0, 0, '']);
  });
});
