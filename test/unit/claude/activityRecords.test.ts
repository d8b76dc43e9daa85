import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readHook, readStatus, readStatusLine } from '../../../src/engine/claude/activityRecords.ts';

const hook = (value: object): ReturnType<typeof readHook> =>
  readHook(JSON.stringify({ session_id: '0a1b2c3d-0000-4000-8000-000000000001', ...value }));

describe('a hook record', () => {
  it('says what Claude is at and what belongs into the timeline', () => {
    const tool_input = { command: 'npm\ntest', description: 'x' };
    assert.deepEqual(hook({ hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_input }), {
      type: 'hook',
      name: 'PreToolUse',
      claudeSessionId: '0a1b2c3d-0000-4000-8000-000000000001',
      about: 'Bash: npm test',
      entry: { kind: 'tool', text: 'npm test', subject: 'Bash' },
    });
    assert.equal(
      hook({ hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input })?.about,
      'permission for Bash: npm test',
    );
    assert.deepEqual(hook({ hook_event_name: 'UserPromptSubmit', prompt: 'p' })?.entry, { kind: 'prompt', text: 'p' });
    assert.equal(hook({ hook_event_name: 'Notification', notification_type: 'permission_prompt' }), undefined);
  });

  it('that was cut at 64 KB still has its name', () => {
    const whole = JSON.stringify({
      session_id: '0a1b2c3d-0000-4000-8000-000000000001',
      hook_event_name: 'PostToolUse',
      tool_response: 'x'.repeat(100_000),
    });
    assert.deepEqual(readHook(whole.slice(0, 65_000)), { type: 'hook', name: 'PostToolUse' });
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (line) => {
          readHook(line);
          readStatus(line);
          readStatusLine(line);
        },
      ),
    );
  });
});

describe("Claude's status", () => {
  const record = {
    kind: 'interactive',
    entrypoint: 'cli',
    sessionId: '0a1b2c3d-0000-4000-8000-000000000001',
    status: 'waiting',
    waitingFor: 'dialog open',
  };
  it('is read from the terminal interface alone', () => {
    assert.deepEqual(readStatus(JSON.stringify(record)), {
      type: 'status',
      status: 'waiting',
      waitingFor: 'dialog open',
      claudeSessionId: '0a1b2c3d-0000-4000-8000-000000000001',
    });
    assert.equal(readStatus(JSON.stringify({ ...record, entrypoint: 'sdk-cli' })), undefined);
    assert.equal(readStatus(JSON.stringify({ ...record, status: 'dancing' }))?.status, 'unknown');
  });

  it('line tells context and cost, and nothing of the context before the first answer', () => {
    const line = {
      model: { id: 'claude-opus-5-5' },
      cost: { total_cost_usd: 0.5 },
      context_window: {
        context_window_size: 1_000_000,
        current_usage: {
          input_tokens: 50_000,
          output_tokens: 1,
          cache_creation_input_tokens: 1000,
          cache_read_input_tokens: 400_000,
        },
      },
    };
    assert.deepEqual(readStatusLine(JSON.stringify(line)), {
      type: 'statusLine',
      context: { windowTokens: 1_000_000, usedTokens: 451_000 },
      costUsd: 0.5,
      model: 'claude-opus-5-5',
    });
    const early = { ...line, context_window: { context_window_size: 1_000_000, current_usage: null } };
    assert.equal(readStatusLine(JSON.stringify(early))?.context, undefined);
  });
});
