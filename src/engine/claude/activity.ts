import { throwIfCancelled } from '../base/errors.ts';
import { type Environment, places } from '../runtime/contract.ts';
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
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
  const tell = (record: ActivityRecord | undefined): void => {
    if (record !== undefined) onRecord(record);
  };
  exec.stdin.on('error', () => undefined);
  const hooks = new ByteLines(
    0,
    (line, taken) => {
      tell(readHook(line));
      exec.stdin.write(`${taken}\n`);
    },
    maxLine,
  );
  const news = new ByteLines(
    0,
    (line) => {
      if (line.startsWith('ended ')) resolve(undefined);
      else tell(readNews(line));
    },
    maxLine,
  );
  const read = (lines: ByteLines) => (piece: Uint8Array) => {
    try {
      lines.write(piece);
    } catch (error) {
      reject(error);
    }
  };
  const readings = [readPaced(exec.stdout, read(hooks)), readPaced(exec.stderr, read(news))];
  const closed = Promise.all(readings).catch(() => undefined);
  try {
    await Promise.race([ended, closed]);
  } finally {
    exec.exitCode.catch(() => undefined);
    // watch.sh ends with its input.
    exec.stdin.end();
  }
  throwIfCancelled(signal, 'Watching Claude');
}

function readNews(line: string): ActivityRecord | undefined {
  if (line.startsWith('session ')) return readStatus(line.slice('session '.length));
  return line.startsWith('status ') ? readStatusLine(line.slice('status '.length)) : undefined;
}
