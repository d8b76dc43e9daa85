import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a scratch folder is for, as its name says. */
export type ScratchKind = 'replay' | 'index';

const named = /^flotilla-(?:replay|index)-([0-9]{1,10})-[A-Za-z0-9]{6}$/;

/** Makes a folder for a short while; whoever asked removes it. Its name tells whose it is, should that one be killed. */
export const scratchFolder = (kind: ScratchKind): Promise<string> =>
  mkdtemp(path.join(tmpdir(), `flotilla-${kind}-${process.pid}-`));

/** Removes the scratch folders that killed processes of this user have left. Never rejects. */
export async function sweepScratchFolders(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const pid = Number(named.exec(name)?.[1] ?? process.pid);
    if (isAlive(pid)) continue;
    const folder = path.join(tmpdir(), name);
    const isOurs = await lstat(folder).then(
      (found) => found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid),
      () => false,
    );
    if (isOurs) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
