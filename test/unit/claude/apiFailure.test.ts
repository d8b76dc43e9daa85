import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { apiFailure } from '../../../src/engine/claude/apiFailure.ts';
import { readHook } from '../../../src/engine/claude/activityRecords.ts';
import { StreamReader } from '../../../src/engine/claude/streamJson.ts';

describe('a turn that the API has ended', () => {
  it('says what the API said and what to do, not what helps who runs Claude without Flotilla', () => {
    // What Claude Code 2.1.328 really says.
    const all = [
      [401, 'Not logged in · Please run /login'],
      [403, 'Failed to authenticate. API Error: 403 not allowed'],
      [400, 'API Error: 400 messages: no such thing'],
      [429, 'API Error: Request rejected (429) · Slow down'],
      [
        500,
        'API Error: 500 Internal. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (localhost).',
      ],
      [
        undefined,
        'Request timed out. If the API is slow to answer, or a proxy or gateway holds responses, set API_TIMEOUT_MS above 4000.',
      ],
    ] as const;
    assert.deepEqual(
      all.map(([status, said]) => apiFailure({ status, said })).map(({ code, message }) => `${code}: ${message}`),
      [
        'credential-refused: The API refused the credential (401). Set a valid one and resume the session.',
        'credential-refused: The API refused the credential (403): not allowed. Set a valid one and resume the session.',
        'api-refused: The API refused what Claude asked (400): messages: no such thing. Resume the session, or send it another message.',
        'api-limited: The API limits requests (429): Slow down. Resume the session when the limit is over.',
        'api-trouble: The API has trouble (500): Internal. Resume the session later.',
        'api-trouble: Claude got no proper answer from the API: Request timed out. Resume the session later.',
      ],
    );
  });

  it('is known by Claude’s own word where there is no status, as from a hook', () => {
    const codes = ['authentication_failed', 'rate_limit', 'overloaded', 'server_error', 'constructor'].map(
      (category) => apiFailure({ category, said: 'x' }).code,
    );
    assert.deepEqual(codes, ['credential-refused', 'api-limited', 'api-trouble', 'api-trouble', 'api-trouble']);
    const hook = {
      hook_event_name: 'StopFailure',
      error: 'authentication_failed',
      last_assistant_message: 'Please run /login',
    };
    const record = readHook(JSON.stringify(hook));
    assert.equal(record?.about, 'The API refused the credential. Set a valid one and resume the session.');
    assert.deepEqual(record.entry, { kind: 'result', text: record.about, failed: true });
  });

  it('is no trouble that passes where Claude would be refused again, at the same cost', () => {
    for (const category of ['billing_error', 'invalid_request', 'max_output_tokens', 'model_not_found'])
      assert.equal(apiFailure({ category, said: 'x' }).code, 'api-refused');
    assert.equal(apiFailure({ category: 'oauth_org_not_allowed', said: 'x' }).code, 'credential-refused');
  });

  it('is one short safe line, whatever is said', () => {
    const { message, detail = '' } = apiFailure({
      status: 500,
      said: `API Error: 500 \u202e${'long\n'.repeat(10_000)}`,
    });
    assert.ok(message.length < 400 && !/[\n\u202e]/.test(message));
    assert.ok(detail.length <= 4000);
  });

  it('is told once, with its result, and not when a tool or a person ended the turn', () => {
    const reader = new StreamReader();
    const said = 'API Error: Connection to the API was lost (ECONNRESET). This is usually temporary — try again.';
    const message = { model: '<synthetic>', content: [{ type: 'text', text: said }] };
    const text = JSON.stringify({ type: 'assistant', message, error: 'server_error', is_api_error_message: true });
    assert.deepEqual(
      reader.read(text).map(({ type }) => type),
      ['other'],
    );
    const result = {
      type: 'result',
      subtype: 'success',
      is_error: true,
      terminal_reason: 'api_error',
      api_error_status: null,
      result: said,
    };
    const [event] = reader.read(JSON.stringify(result));
    assert.ok(event?.type === 'result');
    // What follows from it the session's state says.
    assert.equal(event.text, 'Claude got no proper answer from the API: Connection to the API was lost (ECONNRESET).');
    assert.equal(event.apiFailure?.message, `${event.text} Resume the session later.`);
    const [other] = reader.read(
      JSON.stringify({ ...result, subtype: 'error_max_turns', terminal_reason: 'max_turns' }),
    );
    assert.ok(other?.type === 'result' && other.isError && other.apiFailure === undefined);
  });
});
