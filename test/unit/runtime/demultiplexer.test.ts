import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { demultiplex } from '../../../src/engine/runtime/devcontainer/demultiplexer.ts';

function frame(stream: number, content: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...pieces, bytes.subarray(at)].filter((piece) => piece.length > 0);
};

describe("an exec's streams", () => {
  it('come apart however the connection cuts the frames', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ unit: 'binary', maxLength: 40 }))),
        fc.array(fc.integer({ min: 1, max: 30 })),
        async (frames, sizes) => {
          const bytes = Buffer.concat(frames.map(([stream, content]) => frame(stream, content)));
          const { stdout, stderr, ended } = demultiplex(Readable.from(cut(bytes, sizes)), true);
          const [out, error] = await Promise.all([text(stdout), text(stderr)]);
          await ended;
          const expected = (wanted: number): string =>
            Buffer.concat(
              frames.flatMap(([stream, content]) => (stream === wanted ? [Buffer.from(content)] : [])),
            ).toString();
          assert.deepEqual([out, error], [expected(1), expected(2)]);
        },
      ),
    );
  });

  it('of a terminal are one, without frames', async () => {
    const { stdout, stderr } = demultiplex(Readable.from([Buffer.from([1, 0, 0, 0]), Buffer.from('abc')]), false);
    assert.deepEqual(await Promise.all([text(stdout), text(stderr)]), ['\x01\0\0\0abc', '']);
  });

  it('end when the connection breaks', async () => {
    const connection = new PassThrough();
    const { stdout, stderr, ended } = demultiplex(connection, true);
    connection.write(frame(1, 'begun').subarray(0, 10));
    setTimeout(() => connection.destroy(new Error('reset')), 20);
    assert.deepEqual(await Promise.all([text(stdout), text(stderr)]), ['be', '']);
    await ended;
  });

  it('are over only when what came has been read', async () => {
    const { stdout, ended } = demultiplex(Readable.from([Buffer.from('last words')]), false);
    let seen = '';
    stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    await ended;
    assert.equal(seen, 'last words');
  });

  it('do not wait for a reader who has gone', async () => {
    const big = 'x'.repeat(400_000);
    const { stdout, stderr, ended } = demultiplex(Readable.from([frame(1, big), frame(1, big), frame(2, 'end')]), true);
    stdout.destroy();
    assert.equal(await text(stderr), 'end');
    await ended;
  });
});
