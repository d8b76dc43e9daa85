import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostGitCall } from './hostProcess.ts';
import { boundedMemory } from './boundedMemory.ts';
import { hashOf, LooseObjects } from './looseObjects.ts';
import { scratchFolder } from './scratchFolder.ts';

/** Milliseconds that one git of a replay may take: what it merges is hostile and may be made to be slow. */
const timeoutMs = 10 * 60 * 1000;

/**
 * A repository of its own for merges that nobody is to notice: it borrows all objects of a store, and what git writes goes with the folder. No
 * configuration and no attribute file is read but its own, so no program runs, and the host's settings don't change what is found.
 */
export interface ReplayFolder {
  readonly folder: string;
  readonly objects: LooseObjects;
  /** What a git call needs to work here. */
  readonly call: Pick<HostGitCall, 'folder' | 'variables' | 'timeoutMs'>;
  /** Replaces the attributes that merges heed. A git that runs already may not see it. */
  writeAttributes(lines: string): Promise<void>;
}

const configOf = (hash: string): string =>
  `[core]
	repositoryFormatVersion = 1
	bare = true
	attributesFile = /dev/null
[extensions]
	objectFormat = ${hash}
[merge]
	default = text
`;

/** Gives `work` such a folder and removes it afterwards, whatever happens. `like`: an id of the store, which tells its hash. */
export async function inReplayFolder<T>(
  store: string,
  like: string,
  work: (folder: ReplayFolder) => Promise<T>,
): Promise<T> {
  const folder = await scratchFolder('replay');
  try {
    return await work(await prepare(folder, path.resolve(store), hashOf(like)));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function prepare(folder: string, store: string, hash: 'sha1' | 'sha256'): Promise<ReplayFolder> {
  await Promise.all(
    ['objects/info', 'refs', 'info'].map((name) => mkdir(path.join(folder, name), { recursive: true })),
  );
  const files: Readonly<Record<string, string>> = {
    HEAD: 'ref: refs/heads/none\n',
    config: configOf(hash),
    'objects/info/alternates': `${path.join(store, 'objects')}\n`,
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(folder, name), text)));
  const variables = {
    ...boundedMemory,
    GIT_DIR: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
  };
  return {
    folder,
    objects: new LooseObjects(path.join(folder, 'objects'), hash),
    call: { folder, variables, timeoutMs },
    writeAttributes: (lines) => writeFile(path.join(folder, 'info/attributes'), lines, 'latin1'),
  };
}
