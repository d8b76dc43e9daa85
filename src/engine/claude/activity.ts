import { throwIfCancelled } from '../base/errors.ts';
import { type Environment, type Exec, places } from '../runtime/contract.ts';
import { type ActivityRecord, readHook, readStatus, readStatusLine } from './activityRecords.ts';
import { ByteLines } from './byteLines.ts';
import { readPaced } from './paced.ts';

export type { ActivityRecord, HookRecord } from './activityRecords.ts';

/** Bytes of a line; the scripts cap each record at 64 KB. */
const maxLine = 70 * 1024;

/**
 * Tells what an interactive Claude does, through one exec: its status, its hooks that nobody was
 * told of yet, and what its status line is given.
 * Returns when Claude has ended or the connection broke off. Rejects with `cancelled` when the signal fires, and with what `onRecord`
 * threw.
 */
export async function watchActivity(
  environment: Environment,
  onRecord: (record: ActivityRecord) => void,
  signal?: AbortSignal,
): Promise<void> {
  const exec = await environment.exec({ command: ['sh', `${places.tools}/watch.sh`], cwd: '/' }, signal);
  try {
    await readRecords(exec, (record) => {
      if (record !== undefined) onRecord(record);
    });
  } finally {
    exec.exitCode.catch(() => undefined);
    // watch.sh ends with its input.
    exec.stdin.end();
  }
  throwIfCancelled(signal, 'Watching Claude');
}

/** Settles when Claude has ended or the streams have; rejects with what `tell` threw. */
function readRecords(exec: Exec, tell: (record: ActivityRecord | undefined) => void): Promise<unknown> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
  exec.stdin.on('error', () => undefined);
  const onHook = (line: string, taken: number): void => {
    tell(readHook(line));
    exec.stdin.write(`${taken}\n`);
  };
  const onNews = (line: string): void => {
    if (line.startsWith('ended ')) resolve(undefined);
    else tell(readNews(line));
  };
  const read = (lines: ByteLines) => (piece: Uint8Array) => {
    try {
      lines.write(piece);
    } catch (error) {
      reject(error);
    }
  };
  const readings = [
    readPaced(exec.stdout, read(new ByteLines(0, onHook, maxLine))),
    readPaced(exec.stderr, read(new ByteLines(0, onNews, maxLine))),
  ];
  return Promise.race([ended, Promise.all(readings).catch(() => undefined)]);
}

function readNews(line: string): ActivityRecord | undefined {
  if (line.startsWith('session ')) return readStatus(line.slice('session '.length));
  return line.startsWith('status ') ? readStatusLine(line.slice('status '.length)) : undefined;
}
