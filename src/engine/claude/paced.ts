import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { sleep } from '../base/clock.ts';

/** Bytes that are read in one go; between two of them everything else in the engine has its turn. */
const pieceBytes = 8 * 1024;
/** Lines of one session that are taken at once, and each second from then on: each is an event that is stored. */
const burst = 10_000;
const perSecond = 300;
const newline = 10;

/**
 * Reads a session's lines no faster than a Claude writes them: a session that writes without end must not take the engine from all
 * others, nor its disk. What is not read yet waits in the environment; nothing is lost. Rejects with what `onPiece` threw.
 */
export async function readPaced(stream: Readable, onPiece: (piece: Uint8Array) => void): Promise<void> {
  const closed = new AbortController();
  stream.once('close', () => {
    closed.abort();
  });
  let left = burst;
  let since = performance.now();
  for await (const chunk of stream as AsyncIterable<Buffer>)
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      onPiece(piece);
      const now = performance.now();
      left = Math.min(burst, left + ((now - since) / 1000) * perSecond) - countLines(piece);
      since = now;
      if (left < 0) await sleep((-left / perSecond) * 1000, closed.signal);
      else await setImmediate();
    }
}

function countLines(piece: Uint8Array): number {
  let count = 0;
  for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) count += 1;
  return count;
}
