import { type FileHandle, open, stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';

export interface FileWatch {
  /** How many of the last lines are shown at first. */
  readonly lines: number;
  readonly show: (line: string) => void;
  /** A signal that has fired already: only what is there is shown. */
  readonly signal: AbortSignal;
}

const pollMs = 250;
const chunkBytes = 64 * 1024;
/** Of a long file only this much of its end is looked at for the first lines, in bytes. */
const maxTail = 8 * 1024 * 1024;

/** Shows the end of a file of lines and, until the signal fires, what is added; goes on with the new file after a rotation. */
export async function followFile(file: string, { lines, show, signal }: FileWatch): Promise<boolean> {
  let isFirst = true;
  let wasThere = false;
  do {
    const handle = await open(file).catch(() => undefined);
    if (handle !== undefined) {
      wasThere = true;
      try {
        await followHandle(file, handle, { lines: isFirst ? lines : Number.POSITIVE_INFINITY, show, signal });
      } finally {
        await handle.close();
      }
    }
    isFirst = false;
    await pause(signal);
  } while (!signal.aborted);
  return wasThere;
}

const pause = async (signal: AbortSignal): Promise<void> => {
  await sleep(pollMs, undefined, { signal }).catch(() => undefined);
};

/** Returns when the file was replaced by another, or the signal has fired. */
async function followHandle(file: string, handle: FileHandle, { lines, show, signal }: FileWatch): Promise<void> {
  const { size, ino } = await handle.stat();
  const reader = new LineReader(handle, Number.isFinite(lines) ? Math.max(0, size - maxTail) : 0);
  const past = await reader.read();
  for (const line of Number.isFinite(lines) ? past.slice(past.length - Math.min(lines, past.length)) : past) show(line);
  while (!signal.aborted) {
    await pause(signal);
    for (const line of await reader.read()) show(line);
    const now = await stat(file).catch(() => undefined);
    if (now?.ino !== ino || now.size < reader.position) return;
  }
}

class LineReader {
  readonly #handle: FileHandle;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  position: number;

  constructor(handle: FileHandle, position: number) {
    this.#handle = handle;
    this.position = position;
  }

  /** The whole lines that were added since the last call. */
  async read(): Promise<string[]> {
    const buffer = Buffer.alloc(chunkBytes);
    const lines: string[] = [];
    for (;;) {
      const { bytesRead } = await this.#handle.read(buffer, 0, chunkBytes, this.position);
      if (bytesRead === 0) return lines;
      this.position += bytesRead;
      const parts = (this.#rest + this.#decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      this.#rest = parts.pop() ?? '';
      lines.push(...parts);
    }
  }
}
