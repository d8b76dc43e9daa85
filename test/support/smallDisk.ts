import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Context } from 'mocha';
import { runOnHost } from '../../src/engine/process/run.ts';
import { cannotRunHere } from './skips.ts';

export interface SmallDisk {
  readonly folder: string;
  /** Leaves so many bytes free, at most. */
  fill(freeBytes?: number): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** A disk of a few megabytes in memory. Only root can make one. */
export async function smallDisk(context: Context, megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'fl-disk-'));
  const args = ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m,mode=0700`, 'flotilla-test', folder];
  const { exitCode } = await runOnHost({ file: 'mount', args }).catch(() => ({ exitCode: 1 }));
  if (exitCode !== 0) {
    await rm(folder, { recursive: true });
    return cannotRunHere(context, 'a small disk can only be mounted by root on Linux');
  }
  const filling = path.join(folder, 'filling');
  return {
    folder,
    fill: async (freeBytes = 0) => {
      // Until nothing goes any more; then what is to stay free is given back.
      await runOnHost({ file: 'sh', args: ['-c', 'cat /dev/zero > "$1" 2>/dev/null; true', 'sh', filling] });
      await runOnHost({ file: 'truncate', args: ['-s', `-${String(freeBytes)}`, filling] });
    },
    empty: () => writeFile(filling, ''),
    remove: async () => {
      await runOnHost({ file: 'umount', args: ['--lazy', folder] });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
