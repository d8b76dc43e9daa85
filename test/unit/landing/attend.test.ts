import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { cannotRunHere } from '../../support/skips.ts';

const script = path.resolve(import.meta.dirname, '../../../media/tools/attend.sh');

/** Processes with this word on their command line. */
const withWord = (word: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(word);
      } catch {
        return false;
      }
    });

describe('a command that is attended', function () {
  this.timeout(120_000);
  before(function () {
    if (process.platform !== 'linux') cannotRunHere(this, 'processes are looked up in /proc');
  });

  it('leaves nothing behind, however soon it is over', async () => {
    // Nobody else waits for so long.
    const seconds = `100${process.pid}`;
    const run = async (): Promise<unknown> => {
      const child = spawn('sh', [script, '0', seconds, 'sh', '-c', 'exit 3'], { stdio: ['pipe', 'ignore', 'ignore'] });
      const [code] = (await once(child, 'close')) as [number];
      return code;
    };
    try {
      for (let round = 0; round < 10; round += 1)
        assert.deepEqual(new Set(await Promise.all(Array.from({ length: 10 }, run))), new Set([3]));
      await eventually(
        () => withWord(seconds).length === 0,
        () => `of ${withWord(seconds).join(', ')} an end`,
      );
    } finally {
      for (const pid of withWord(seconds)) process.kill(pid, 'SIGKILL');
    }
  });

  it('ends with all that it started when nobody attends it any more', async () => {
    const seconds = `200${process.pid}`;
    const child = spawn('sh', [script, '0', '60', 'sh', '-c', `setsid sleep ${seconds} & sleep ${seconds}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(child, 'close');
    await eventually(() => withWord(seconds).length >= 2);
    child.stdin.end();
    assert.deepEqual(await ended, [75, null]);
    await eventually(() => withWord(seconds).length === 0);
  });
});
