import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StreamReader, parseStreamLine } from '../../../src/engine/claude/streamJson.ts';

const one = (value: unknown): ReturnType<typeof parseStreamLine>[number] | undefined =>
  parseStreamLine(JSON.stringify(value))[0];
const assistant = (content: unknown, more: object = {}): unknown => ({
  type: 'assistant',
  message: { id: 'msg_1', model: 'claude-opus-5-5', content, ...more },
  parent_tool_use_id: null,
});

describe('a line of stream-json', () => {
  it('carries no number whose sum with others is not a whole one, and no id of any length', () => {
    const huge = Number.MAX_SAFE_INTEGER;
    const result = one({ type: 'result', subtype: 'success', num_turns: huge, usage: { input_tokens: huge } });
    assert.ok(result?.type === 'result');
    assert.equal(result.turns, 0);
    assert.equal(result.usage.input, 0);
    const prompt = one({ type: 'user', isReplay: true, uuid: 'x'.repeat(1e6), message: { content: 'hello' } });
    assert.ok(prompt?.type === 'prompt');
    assert.equal(prompt.uuid, undefined);
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
          parseStreamLine(line);
        },
      ),
    );
    const types = ['system', 'assistant', 'user', 'result', 'rate_limit_event', 'flotilla_exit'];
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.dictionary(
          fc.constantFrom(
            'subtype',
            'message',
            'result',
            'usage',
            'modelUsage',
            'errors',
            'rate_limit_info',
            'session_id',
            'code',
            'permission_denials',
            'tools',
          ),
          fc.anything(),
        ),
        (type, value) => {
          parseStreamLine(JSON.stringify({ ...value, type }));
        },
      ),
    );
  });

  it('that is not understood is something other', () => {
    assert.deepEqual(parseStreamLine('not JSON'), [{ type: 'other', of: 'not understood' }]);
    assert.deepEqual(one({ type: 'system', subtype: 'brand\u001b[31m_new' }), {
      type: 'other',
      of: 'system/brand [31m_new',
    });
    assert.deepEqual(parseStreamLine(''), []);
  });

  it('with several blocks is told block by block', () => {
    const content = [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'Hello' },
      { type: 'tool_use', id: 't1', name: 'Bash', input: { description: 'd', command: 'rm -rf\n\u001b[2J/tmp/x' } },
      { type: 'tool_use', name: 'without id' },
    ];
    assert.deepEqual(parseStreamLine(JSON.stringify(assistant(content))), [
      { type: 'text', messageId: 'msg_1', text: 'Hello' },
      { type: 'tool', id: 't1', name: 'Bash', summary: 'rm -rf [2J/tmp/x' },
    ]);
  });

  it('tells a result that only reports an API error as a failure', () => {
    const event = one({
      type: 'result',
      subtype: 'success',
      is_error: true,
      result: 'API Error: 401',
      api_error_status: 401,
    });
    assert.ok(event?.type === 'result');
    assert.equal(event.isError, true);
    assert.equal(event.apiErrorStatus, 401);
    const failed = one({ type: 'result', subtype: 'error_max_turns', is_error: false, errors: ['one', 'two'] });
    assert.ok(failed?.type === 'result' && failed.isError);
    assert.equal(failed.text, 'one\ntwo');
  });

  it('tells prompts that were taken up, not what local commands printed', () => {
    const prompt = { type: 'user', message: { role: 'user', content: 'do it' }, uuid: 'u', isReplay: true };
    assert.deepEqual(one(prompt), { type: 'prompt', text: 'do it', uuid: 'u' });
    assert.equal(one({ ...prompt, isReplay: undefined })?.type, 'other');
    const local = { role: 'user', content: '<local-command-stdout>x</local-command-stdout>' };
    assert.equal(one({ ...prompt, message: local })?.type, 'other');
    const content = [{ type: 'tool_result', tool_use_id: 't1', is_error: true, content: 'x' }];
    assert.deepEqual(one({ type: 'user', message: { content } }), { type: 'toolResult', id: 't1', failed: true });
  });

  it('tells retries and limits in a sentence', () => {
    assert.deepEqual(
      one({
        type: 'system',
        subtype: 'api_retry',
        attempt: 2,
        max_retries: 10,
        retry_delay_ms: 1500,
        error_status: 529,
      }),
      {
        type: 'retry',
        attempt: 2,
        status: 529,
        text: 'The API answered with error 529; Claude asks again in 2 s (2 of 10).',
      },
    );
    const rate_limit_info = { status: 'rejected', resetsAt: 1795157115, rateLimitType: 'five_hour' };
    assert.deepEqual(one({ type: 'rate_limit_event', rate_limit_info }), {
      type: 'limit',
      text: 'A usage limit is reached (five_hour) until 2026-11-20T06:45:15.000Z.',
      resetAt: '2026-11-20T06:45:15.000Z',
    });
  });

  it('keeps texts within bounds', () => {
    const [event] = parseStreamLine(JSON.stringify(assistant([{ type: 'text', text: 'x'.repeat(3_000_000) }])));
    assert.ok(event?.type === 'text' && event.text.length === 1_000_000);
  });
});

describe('a reader of stream-json', () => {
  it('knows how full the context is from the main conversation alone', () => {
    const reader = new StreamReader();
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 200,
      output_tokens: 5,
    };
    reader.read(JSON.stringify(assistant([], { usage })));
    reader.read(
      JSON.stringify({ ...(assistant([], { usage: { input_tokens: 9 } }) as object), parent_tool_use_id: 't1' }),
    );
    reader.read(JSON.stringify(assistant([], { usage: { input_tokens: 0 }, model: '<synthetic>' })));
    const modelUsage = { 'claude-haiku-5-5': { contextWindow: 1 }, 'claude-opus-5-5': { contextWindow: 1_000_000 } };
    const [event] = reader.read(JSON.stringify({ type: 'result', subtype: 'success', result: 'x', modelUsage }));
    assert.ok(event?.type === 'result');
    assert.equal(event.contextTokens, 1210);
    assert.equal(event.contextWindow, 1_000_000);
  });
});
