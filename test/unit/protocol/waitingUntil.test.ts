import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { waitingUntil } from '../../../src/protocol/waitingUntil.ts';

describe('until when a session waits', () => {
  const at = new Date(2026, 10, 20, 9, 30);
  const text = (until: Date | undefined, state: 'waiting' | 'failed' = 'waiting'): string | undefined =>
    waitingUntil({ state, reason: { code: 'x', message: 'X.', until: until?.toISOString() } }, at);

  it('is a time, with the day where that is another', () => {
    assert.equal(text(new Date(2026, 10, 20, 14, 5)), '14:05');
    assert.equal(text(new Date(2026, 10, 21, 0, 5)), '21 Nov 00:05');
  });

  it('is nothing where somebody must do something first, and of one that does not wait', () => {
    assert.equal(text(undefined), undefined);
    assert.equal(text(at, 'failed'), undefined);
  });
});
