import assert from 'node:assert/strict';
import fc from 'fast-check';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBody } from '../../../src/protocol/events.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { EventStream } from '../../../src/engine/server/eventStream.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder, testActor } from '../../support/storedSession.ts';

const body: EventBody = { type: 'session.timeline', data: { kind: 'text', text: 'x'.repeat(200) } };

/** The numbers that came out of a stream. */
class Reader {
  readonly output: PassThrough;
  text = '';
  constructor(highWaterMark: number) {
    this.output = new PassThrough({ highWaterMark });
  }
  read(bytes: number): void {
    const chunk: unknown = this.output.read(Math.min(bytes, this.output.readableLength)) ?? '';
    this.text += String(chunk);
  }
  readAll(): void {
    while (this.output.readableLength > 0) this.read(this.output.readableLength);
  }
  get seqs(): number[] {
    return [...this.text.matchAll(/^id: (\d+)\ndata: \{/gm)].map(([, seq]) => Number(seq));
  }
}

describe('a stream of events', () => {
  const { folder, remove } = temporaryFolder();
  let number = 0;
  let store: Store;
  beforeEach(() => {
    store = Store.open(path.join(folder, `${number++}.db`), silentLog).store;
  });
  afterEach(() => {
    store.close();
  });
  after(remove);

  type Step = readonly ['write' | 'read' | 'wait', number];

  /** Does the steps against a stream; answers what came out and what should have. */
  async function play(steps: readonly Step[], sessionId: string | undefined): Promise<[number[], number[]]> {
    const reader = new Reader(2000);
    const stream = new EventStream(store.journal, reader.output, { after: store.journal.lastSeq(), sessionId });
    const written: { seq: number; session: string }[] = [];
    const write = (session: string): void => {
      written.push({ seq: store.journal.append(testActor, session, body).seq, session });
    };
    for (const [kind, count] of steps) {
      if (kind === 'read') reader.read(count);
      else if (kind === 'wait') await sleep(0);
      else for (let index = 0; index < count / 100; index++) write(index % 3 === 0 ? 'a' : 'b');
    }
    const expected = written.filter(({ session }) => sessionId === undefined || sessionId === session);
    for (let round = 0; round < 2000 && reader.seqs.length < expected.length; round++) {
      reader.readAll();
      await sleep(0);
    }
    stream.close();
    reader.readAll();
    return [reader.seqs, expected.map(({ seq }) => seq)];
  }

  it('has every event once and in order, however slowly it is read while others write', async () => {
    const step = fc.tuple(fc.constantFrom('write', 'read', 'wait'), fc.integer({ min: 1, max: 20_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, ofSession) => {
        const [seen, expected] = await play(steps, ofSession ? 'a' : undefined);
        assert.deepEqual(seen, expected);
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);

  it('costs a bounded amount of memory for a reader that takes nothing, and drops it', async () => {
    const reader = new Reader(1000);
    const stream = new EventStream(store.journal, reader.output, { after: 0, stuckMs: 50 });
    for (let count = 0; count < 5000; count++) store.journal.append(testActor, undefined, body);
    assert.ok(reader.output.readableLength + reader.output.writableLength < 100_000);
    await eventually(() => reader.output.destroyed);
    stream.close();
  });

  it('gives signs of life that name the newest number', async () => {
    const reader = new Reader(100_000);
    store.journal.append(testActor, 'a', body);
    const stream = new EventStream(store.journal, reader.output, { after: 0, sessionId: 'b', heartbeatMs: 10 });
    await eventually(() => {
      reader.readAll();
      return reader.text.includes('\n\n');
    });
    assert.match(reader.text, /^event: alive\nid: 1\ndata: 1\n\n/);
    stream.close();
  });

  it('goes on after the number it was given', () => {
    for (let count = 0; count < 3; count++) store.journal.append(testActor, undefined, body);
    const reader = new Reader(100_000);
    new EventStream(store.journal, reader.output, { after: 1 }).close();
    reader.readAll();
    assert.deepEqual(reader.seqs, [2, 3]);
  });
});
