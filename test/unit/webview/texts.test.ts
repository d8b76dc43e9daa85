import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { noUsage } from '../../../src/protocol/session.ts';
import { bytesText, costText, tokensText } from '../../../src/webview/format.ts';
import { cutText, plainText } from '../../../src/webview/plainText.ts';
import { needsReading, stateLook } from '../../../src/webview/session/stateLook.ts';

const since = '2026-01-01T00:00:00.000Z';

describe('texts in the panel', () => {
  it('lose control characters and turns of direction, and keep lines and tabs', () => {
    assert.equal(plainText('a\x1b[31m\u202eb\u2066\r\nc\td\0'), 'a[31mb\nc\td');
  });

  it('are cut between characters', () => {
    assert.equal(cutText('a😀b', 2), 'a…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, longest) => {
        const cut = cutText(text, longest);
        assert.ok(cut.length <= longest + 1 && cut.isWellFormed());
      }),
    );
  });

  it('say sizes, tokens and money shortly', () => {
    assert.deepEqual([0, 1023, 1536, 4 * 1024 ** 3].map(bytesText), ['0 B', '1023 B', '1.5 KB', '4.0 GB']);
    assert.deepEqual([999, 8400, 84_000, 1_250_000].map(tokensText), ['999', '8.4k', '84k', '1.3M']);
    assert.equal(costText({ usage: noUsage }), '');
    assert.equal(costText({ usage: { ...noUsage, requests: 1, costUsd: 0.0123 } }), '$0.012');
    assert.equal(costText({ usage: { ...noUsage, requests: 2, costUsd: 12.5, unpricedRequests: 1 } }), '$12.50+');
  });
});

describe('how a session stands, in the panel', () => {
  it('names what Claude does while it runs', () => {
    const activity = { kind: 'needs-input', about: 'permission for Bash', since } as const;
    const { words, tone } = stateLook({ state: 'running', activity });
    assert.deepEqual([words, tone], ['Needs input: permission for Bash', 'attention']);
    assert.equal(stateLook({ state: 'running', activity: { kind: 'unknown', since } }).words, 'Running');
  });

  it('leaves out an activity that is over', () => {
    assert.equal(stateLook({ state: 'completed', activity: { kind: 'working', since } }).words, 'Completed');
  });

  it('says until when it waits that goes on by itself', () => {
    const reason = { code: 'api-limited', message: 'Slow down.', until: '2099-02-03T10:05:00.000Z' };
    assert.match(stateLook({ state: 'waiting', reason }).words, /^Waiting until 3 Feb \d\d:\d5$/);
    assert.equal(stateLook({ state: 'waiting', reason: { code: 'x', message: 'Slow down.' } }).words, 'Waiting');
  });

  it('names the step of a start', () => {
    const progress = { step: 'image', title: 'Building the image', status: 'running', fraction: 0.2 } as const;
    assert.equal(stateLook({ state: 'starting' }, progress).words, 'Starting: Building the image');
  });

  it('gives the reason where something is to be done', () => {
    assert.deepEqual(
      (['failed', 'waiting', 'blocked', 'completed', 'running'] as const).map((state) => needsReading({ state })),
      [true, true, true, false, false],
    );
  });
});
