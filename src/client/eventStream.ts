import { createParser } from 'eventsource-parser';
import type { Readable } from 'node:stream';
import { eventSchema, type FlotillaEvent } from '../protocol/events.ts';
import { parseJson } from '../protocol/json.ts';

/** Where a reader stands in the stream: the number after which it goes on. */
export interface Position {
  after: number;
}

/** Reads server-sent events of the engine; moves `position` as it goes. An event it can't read is passed over. */
export async function* readEvents(body: Readable, position: Position): AsyncGenerator<FlotillaEvent> {
  const found: { id: number; event: FlotillaEvent | undefined }[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      found.push({ id: Number(id ?? 0), event: event === 'alive' ? undefined : parseJson(eventSchema, data) });
    },
    maxBufferSize: 64 * 1024 * 1024,
  });
  body.setEncoding('utf8');
  for await (const chunk of body as AsyncIterable<string>) {
    parser.feed(chunk);
    for (const { id, event } of found.splice(0)) {
      position.after = Math.max(position.after, id);
      if (event !== undefined) yield event;
    }
  }
}
