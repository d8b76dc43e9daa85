import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { EventBody, FlotillaEvent } from '../../../src/protocol/events.ts';
import { type PanelChanges, panelMessageSchema, type TimelineItem } from '../../../src/protocol/panel.ts';
import { longestTimeline } from '../../../src/protocol/panelTimeline.ts';
import { commandOf, panelActions } from '../../../src/extension/panel/panelActions.ts';
import { PanelChangesFeed } from '../../../src/extension/panel/panelChanges.ts';
import { panelPage } from '../../../src/extension/panel/panelPage.ts';
import { TimelineFeed } from '../../../src/extension/panel/timelineFeed.ts';
import { aSession, testActor } from '../../support/storedSession.ts';

const at = '2026-01-01T00:00:00.000Z';
const item = (seq: number): TimelineItem => ({
  seq,
  at,
  entry: { kind: 'timeline', timeline: { kind: 'text', text: `text ${seq}` } },
});
const event = (seq: number, body: EventBody): FlotillaEvent => ({ seq, at, actor: testActor, body });
const said = (seq: number): FlotillaEvent =>
  event(seq, { type: 'session.timeline', data: { kind: 'text', text: `text ${seq}` } });

describe("a panel's timeline", () => {
  const bed = (): {
    log: TimelineItem[];
    shown: string[];
    feed: TimelineFeed;
    gate: PromiseWithResolvers<undefined>;
  } => {
    const log: TimelineItem[] = [];
    const shown: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const feed = new TimelineFeed(
      async ({ after = 0, limit = 0 }) => {
        await gate.promise;
        return { entries: log.filter(({ seq }) => seq > after).slice(0, limit) };
      },
      {
        show: (items, { reset, isCut }) =>
          shown.push(`${reset ? 'reset ' : ''}${isCut ? 'cut ' : ''}${items.map(({ seq }) => seq).join(' ')}`.trim()),
        failed: (error) => shown.push(String(error)),
      },
    );
    return { log, shown, feed, gate };
  };

  it('shows the past, then what happens, each once and in order, also what happens meanwhile', async () => {
    const { log, shown, feed, gate } = bed();
    log.push(item(1), item(3));
    const showing = feed.show();
    feed.take(said(3));
    feed.take(said(5));
    gate.resolve(undefined);
    await showing;
    feed.take(said(7));
    feed.take(event(8, { type: 'session.updated', data: { changes: { turns: 3 } } }));
    feed.take(event(9, { type: 'session.updated', data: { changes: { state: 'completed' } } }));
    assert.deepEqual(shown, ['reset', '1 3', '5', '7', '9']);
  });

  it('gives a page that comes anew all it has, and reads what it missed', async () => {
    const { log, shown, feed, gate } = bed();
    gate.resolve(undefined);
    log.push(item(1));
    await feed.show();
    log.push(item(2));
    await feed.show();
    assert.deepEqual(shown, ['reset', '1', 'reset 1', '2']);
  });

  it('keeps the newest of a long past', async () => {
    const { log, shown, feed, gate } = bed();
    gate.resolve(undefined);
    log.push(...Array.from({ length: longestTimeline + 10 }, (_, index) => item(index + 1)));
    await feed.show();
    await feed.show();
    assert.match(shown.at(-1) ?? '', /^reset cut 11 12 /);
  });

  it('goes on after a reading that failed', async () => {
    const { shown, feed, gate } = bed();
    const showing = feed.show();
    gate.reject(new Error('away'));
    await showing;
    feed.take(said(1));
    assert.deepEqual(shown, ['reset', 'Error: away', '1']);
  });
});

describe("a panel's changes", () => {
  it('are read once more for all wishes that came while they were being read', async () => {
    const gates: PromiseWithResolvers<{ files: [] }>[] = [];
    const shown: PanelChanges['kind'][] = [];
    const feed = new PanelChangesFeed(
      () => {
        const gate = Promise.withResolvers<{ files: [] }>();
        gates.push(gate);
        return gate.promise;
      },
      ({ kind }) => shown.push(kind),
    );
    const reading = feed.read();
    await Promise.all([feed.read(), feed.read()]);
    gates[0]?.resolve({ files: [] });
    await new Promise(setImmediate);
    gates[1]?.reject(new Error('gone'));
    await reading;
    assert.equal(gates.length, 2);
    assert.deepEqual(shown, ['reading', 'known', 'reading', 'failed']);
  });

  it('may be opened only when they were shown', async () => {
    const feed = new PanelChangesFeed(
      () => Promise.resolve({ files: [{ path: 'a.ts', status: 'added' }] }),
      () => undefined,
    );
    await feed.read();
    assert.deepEqual([feed.has('a.ts'), feed.has('../../etc/passwd')], [true, false]);
  });
});

describe('what a panel offers', () => {
  it('follows the state of its session', () => {
    const environment = { id: 'c', image: 'i', user: 'node', workspaceFolder: '/workspaces/r' };
    assert.deepEqual(panelActions(aSession({ state: 'created' })), ['start', 'cancel', 'remove']);
    const running = panelActions(aSession({ state: 'running', environment }));
    assert.ok(running.includes('takeOver') && running.includes('stop') && !running.includes('nativeTerminal'));
    assert.equal(commandOf('takeOver'), 'flotilla.takeOverSession');
  });
});

describe('what a panel may say', () => {
  const isTaken = (said: unknown): boolean => panelMessageSchema.safeParse(said).success;

  it('is what stands in the table, within its bounds', () => {
    assert.ok(isTaken({ type: 'ready' }));
    assert.ok(isTaken({ type: 'resize', size: { cols: 80, rows: 24 } }));
    for (const said of [
      undefined,
      'ready',
      { type: 'run', command: 'x' },
      { type: 'ready', more: 1 },
      { type: 'action', action: 'constructor' },
      { type: 'resize', size: { cols: 0, rows: 1e9 } },
      { type: 'input', data: 'x'.repeat(65 * 1024), encoding: 'utf8' },
      { type: 'input', data: 'x', encoding: 'hex' },
      { type: 'ack', stream: 1, bytes: -5 },
    ])
      assert.ok(!isTaken(said), JSON.stringify([said]).slice(0, 80));
  });
});

describe("a panel's page", () => {
  it('lets in nothing that is not ours', () => {
    const page = panelPage({
      sessionId: 'abcd1234',
      nonce: 'NONCE',
      source: 'https://ours',
      file: (name) => `https://ours/${name}`,
    });
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'nonce-NONCE'; /);
    assert.match(
      policy,
      /; style-src https:\/\/ours 'nonce-NONCE'; style-src-attr 'unsafe-inline'; font-src https:\/\/ours; img-src data:$/,
    );
    for (const script of page.match(/<script[^>]*>/g) ?? [])
      assert.match(script, /nonce="NONCE" src="https:\/\/ours\//);
    assert.doesNotMatch(page, /\son[a-z]+=|<style/);
  });
});
