import envPaths from 'env-paths';
import { createHash } from 'node:crypto';
import path from 'node:path';

/** Where Flotilla keeps its things. All are this user's alone. */
export interface Folders {
  /** What must not be lost: the store, the mirrors, the work stores. */
  readonly data: string;
  readonly config: string;
  /** What can be made again. */
  readonly cache: string;
  readonly log: string;
  /** Sockets; short enough for the sockets of sessions in subfolders of it. */
  readonly run: string;
}

/** Bytes of a Unix socket's path that every system allows, and those kept free below the run folder. */
const longestSocketPath = 103;
const roomBelowRun = 40;

/**
 * The folders of the XDG base directories (or the system's own customs); `FLOTILLA_HOME` puts all of them into one folder.
 *
 * The run folder follows from the data folder alone, because every face must find the same engine: `XDG_RUNTIME_DIR` and `TMPDIR` differ
 * between a login, cron and an editor, and the former is deleted when its user logs out, while sessions go on.
 */
export function folders(env: Readonly<Record<string, string | undefined>> = process.env): Folders {
  const home = env['FLOTILLA_HOME'];
  const own = home === undefined || home === '' ? systemFolders() : foldersIn(path.resolve(home));
  return { ...own, run: runFolder(own.data) };
}

/** The engine's socket, where every face looks for it. */
export const socketPath = (place: Folders): string => path.join(place.run, 'engine.sock');

function systemFolders(): Omit<Folders, 'run'> {
  const { data, config, cache, log } = envPaths('flotilla', { suffix: '' });
  return { data, config, cache, log };
}

const foldersIn = (home: string): Omit<Folders, 'run'> => ({
  data: path.join(home, 'data'),
  config: path.join(home, 'config'),
  cache: path.join(home, 'cache'),
  log: path.join(home, 'log'),
});

function runFolder(data: string): string {
  const near = path.join(data, 'run');
  if (Buffer.byteLength(near) + roomBelowRun <= longestSocketPath) return near;
  const name = createHash('sha256').update(data).digest('hex').slice(0, 12);
  return path.join('/tmp', `flotilla-${process.getuid?.() ?? 0}`, name);
}
