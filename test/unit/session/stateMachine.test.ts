import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type SessionState, sessionStateSchema } from '../../../src/protocol/session.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { mayFollow, requireState } from '../../../src/engine/session/stateMachine.ts';

const states = sessionStateSchema.options;

describe('the state machine', () => {
  it('lets nothing follow a cancelled session', () => {
    for (const state of states) assert.equal(mayFollow('cancelled', state), false);
  });

  it('lets every other state be cancelled', () => {
    for (const state of states.filter((one) => one !== 'cancelled'))
      assert.equal(mayFollow(state, 'cancelled'), true, state);
  });

  it('enters running only from a start, or from waiting', () => {
    const before = states.filter((state) => mayFollow(state, 'running'));
    assert.deepEqual(before, ['starting', 'waiting']);
  });

  it('reaches every state from created', () => {
    const seen = new Set<SessionState>(['created', 'blocked']);
    const queue: SessionState[] = ['created'];
    for (let state = queue.pop(); state !== undefined; state = queue.pop())
      for (const next of states)
        if (mayFollow(state, next) && !seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
    assert.deepEqual([...seen].sort(), [...states].sort());
  });

  it('says what is possible when something is asked in the wrong state', () => {
    assert.throws(
      () => requireState('cancelled', ['stopped', 'failed'], 'resumed'),
      (error) => FlotillaError.is(error, 'not-in-this-state') && /stopped, failed/.test(error.message),
    );
  });
});
