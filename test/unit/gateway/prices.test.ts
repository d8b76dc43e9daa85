import assert from 'node:assert/strict';
import { costOf } from '../../../src/engine/gateway/prices.ts';

const nothing = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  webSearches: 0,
  fast: false,
  unitedStates: false,
};

describe('the price of an answer', () => {
  it('is found under every name of a model', () => {
    for (const name of [
      'claude-opus-4-5',
      'claude-opus-4-5-20251101',
      'claude-opus-4-5@20251101',
      'claude-opus-4-5[1m]',
      'us.anthropic.claude-opus-4-5-20251101-v1:0',
      'anthropic/claude-opus-4-5',
    ])
      assert.equal(costOf(name, { ...nothing, inputTokens: 1_000_000 }), 5, name);
    for (const name of ['claude-opus-99', 'gpt-x', '', '__proto__', 'constructor'])
      assert.equal(costOf(name, nothing), undefined, name);
  });

  it('depends on speed, place, length and searches', () => {
    const use = { ...nothing, inputTokens: 100_000 };
    assert.equal(costOf('claude-opus-5-5', { ...use, fast: true }), 0.8);
    assert.equal(costOf('claude-opus-5-5', { ...use, unitedStates: true, webSearches: 2 })?.toFixed(9), '0.460000000');
    assert.equal(costOf('claude-haiku-5-5', use), 0.01);
    assert.equal(costOf('claude-haiku-5-5', { ...use, cacheReadTokens: 1 })?.toFixed(5), '0.05000');
  });
});
