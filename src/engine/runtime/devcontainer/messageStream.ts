import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { parseJson } from '../../../protocol/json.ts';
import { LineSplitter } from '../../base/lines.ts';

/**
 * Reads a stream of JSON messages, one a line, to its end. Lines that are not of the schema's shape are passed over. The stream is
 * destroyed when the signal fires.
 */
export async function readMessages<S extends z.ZodType>(
  stream: Readable,
  schema: S,
  onMessage: (message: z.output<S>) => void,
  signal?: AbortSignal,
): Promise<void> {
  const lines = new LineSplitter((line) => {
    const message = parseJson(schema, line);
    if (message !== undefined) onMessage(message);
  }, 1024 * 1024);
  const end = (): void => void stream.destroy();
  signal?.addEventListener('abort', end, { once: true });
  try {
    if (signal?.aborted === true) end();
    for await (const chunk of stream as AsyncIterable<Buffer>) lines.write(chunk);
    lines.end();
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
