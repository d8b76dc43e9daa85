import { PassThrough, type Readable, type Writable } from 'node:stream';

const headerLength = 8;
const stderrStream = 2;
/** How much of each stream may lie unread before the command has to wait, in bytes. */
const highWaterMark = 256 * 1024;

/**
 * Splits what comes over an exec's connection into its streams. Frames have a header of eight bytes: the stream, three zeros and the
 * length as a big-endian number (Docker Engine API, "Attach to a container"); with a terminal there are no frames. A stream that
 * nobody reads makes the command wait. `ended` settles when all that came has been read.
 */
export function demultiplex(
  connection: Readable,
  isFramed: boolean,
): { stdout: Readable; stderr: Readable; ended: Promise<void> } {
  const stdout = new PassThrough({ highWaterMark });
  const stderr = new PassThrough({ highWaterMark });
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const pump = isFramed ? pumpFrames(connection, stdout, stderr) : pumpRaw(connection, stdout);
  // A connection that breaks is an end like any other: how the command ended is asked for afterwards.
  const ended = pump
    .catch(() => undefined)
    .then(async () => {
      stdout.end();
      stderr.end();
      await Promise.all([emptied(stdout), emptied(stderr)]);
    });
  return { stdout, stderr, ended };
}

/** Settles when nothing is left in a stream that has ended, or nobody wants it any more. */
async function emptied(stream: PassThrough): Promise<void> {
  if (stream.destroyed || stream.readableLength + stream.writableLength === 0) return;
  await new Promise<void>((resolve) => {
    stream.once('end', resolve).once('close', resolve);
  });
}

async function pumpRaw(connection: Readable, stdout: Writable): Promise<void> {
  for await (const chunk of connection as AsyncIterable<Buffer>) await put(stdout, chunk);
}

async function pumpFrames(connection: Readable, stdout: Writable, stderr: Writable): Promise<void> {
  let header: Buffer = Buffer.alloc(0);
  let left = 0;
  let target = stdout;
  for await (const chunk of connection as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        await put(target, rest.subarray(0, left));
        const taken = Math.min(left, rest.length);
        left -= taken;
        rest = rest.subarray(taken);
      } else {
        const missing = headerLength - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < headerLength) continue;
        target = header[0] === stderrStream ? stderr : stdout;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
    }
  }
}

/** Writes, and waits until there is room again or nobody listens any more. */
async function put(stream: Writable, chunk: Buffer): Promise<void> {
  if (stream.destroyed || stream.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
