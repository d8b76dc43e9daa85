import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { GatewayNews } from '../../../src/engine/session/gatewayNews.ts';
import { noUsage } from '../../../src/protocol/session.ts';
import { RoomBed } from '../../support/roomBed.ts';

describe('what the gateway sees of a session', () => {
  let bed: RoomBed;
  beforeEach(() => {
    bed = new RoomBed();
  });
  afterEach(() => bed.close());

  const told = (id: string): string[] =>
    bed.room.reports
      .logs({ session: id, after: 0, limit: 1000 })
      .entries.flatMap(({ entry }) => (entry.kind === 'timeline' ? [entry.timeline.text] : []));

  it('is added to what it cost before', async () => {
    const { id } = await bed.running();
    const delta = { ...noUsage, requests: 1, inputTokens: 10, outputTokens: 2, costUsd: 0.25 };
    for (let times = 0; times < 2; times += 1) bed.room.usage(id, { model: 'm', usage: delta });
    const { requests, inputTokens, outputTokens, costUsd } = bed.get(id).usage;
    assert.deepEqual([requests, inputTokens, outputTokens, costUsd], [2, 20, 4, 0.5]);
  });

  it('is dropped when the session was removed', () => {
    bed.room.usage('gone', { model: 'm', usage: noUsage });
    bed.room.trouble('gone', { kind: 'unreachable', message: 'no route' });
    assert.deepEqual(bed.logged, []);
  });

  for (const [trouble, text] of [
    [{ kind: 'credential-refused', status: 401 }, /refused the credential \(401\)/],
    [{ kind: 'unreachable', message: 'no route' }, /can't be reached: no route/],
    [{ kind: 'limited', resetAt: '2026-01-01T00:00:00.000Z' }, /until 2026-01-01/],
    [{ kind: 'limited' }, /limits requests for now/],
  ] as const)
    it(`is told: ${String(text)}`, async () => {
      const { id } = await bed.running();
      bed.room.trouble(id, trouble);
      assert.match(told(id).at(-1) ?? '', text);
      assert.equal(bed.get(id).state, 'running');
    });

  it('tells of a limit once, until it is over or ends much later', async () => {
    const { id } = await bed.running();
    const limited = (at: string): void => {
      bed.room.trouble(id, { kind: 'limited', resetAt: `2026-01-01T${at}.000Z` });
    };
    for (const at of ['00:00:01', '00:00:03', '00:00:05', '02:00:00', '02:00:01']) limited(at);
    bed.room.trouble(id, { kind: 'over' });
    limited('02:00:02');
    const ends = told(id).flatMap((text) => /until \S+T(\S{8})/.exec(text)?.[1] ?? []);
    assert.deepEqual(ends, ['00:00:01', '02:00:00', '02:00:02']);
  });

  it('tells of a limit that has no end after one whose end is past', async () => {
    const { id } = await bed.running();
    bed.room.trouble(id, { kind: 'limited', resetAt: '2001-01-01T00:00:00.000Z' });
    bed.room.trouble(id, { kind: 'limited' });
    bed.room.trouble(id, { kind: 'limited' });
    assert.equal(told(id).filter((text) => text.includes('limits requests')).length, 2);
    assert.match(told(id).at(-1) ?? '', /for now/);
  });

  it('is when the API wants to be asked again, until it answers or the session is gone', async () => {
    const { id } = await bed.running();
    const { book, lives } = bed.room.workings;
    const news = new GatewayNews(book, lives);
    const resetAt = '2026-01-01T00:00:00.000Z';
    news.trouble(id, { kind: 'busy', resetAt });
    assert.equal(news.limitEnd(id), Date.parse(resetAt));
    news.trouble(id, { kind: 'over' });
    assert.equal(news.limitEnd(id), undefined);
    news.trouble(id, { kind: 'limited', resetAt });
    assert.equal(news.limitEnd(id), Date.parse(resetAt));
    news.forget(id);
    assert.equal(news.limitEnd(id), undefined);
    assert.equal(told(id).filter((text) => text.includes('limits requests')).length, 1);
    news.trouble(id, { kind: 'limited', resetAt });
    assert.equal(told(id).filter((text) => text.includes('limits requests')).length, 2);
  });

  it('makes it wait for credentials, and go on when that is over', async () => {
    const { id } = await bed.running();
    bed.room.trouble(id, { kind: 'no-credentials' });
    assert.deepEqual([bed.get(id).state, bed.get(id).reason.code], ['waiting', 'no-credentials']);
    bed.room.trouble(id, { kind: 'over' });
    assert.equal(bed.get(id).state, 'running');
  });
});
