import assert from 'node:assert/strict';
import fc from 'fast-check';
import { timelineEntrySchema } from '../../../src/protocol/events.ts';
import { contextUseSchema } from '../../../src/protocol/session.ts';
import { LineSplitter } from '../../../src/engine/base/lines.ts';
import { readHook, readStatus, readStatusLine } from '../../../src/engine/claude/activityRecords.ts';
import { ByteLines } from '../../../src/engine/claude/byteLines.ts';
import { type ClaudeEvent, StreamReader } from '../../../src/engine/claude/streamJson.ts';
import {
  cuts,
  damaged,
  fuzz,
  hostileRecord,
  hostileText,
  hostileValue,
  isSafeLine,
  piecesOf,
} from '../../support/fuzz.ts';

const usage = hostileRecord([
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
]);
const block = hostileRecord(['type', 'text', 'id', 'name', 'input', 'tool_use_id', 'is_error'], {
  type: fc.constantFrom('text', 'tool_use', 'tool_result'),
  text: hostileText,
  id: hostileText,
  name: fc.oneof(fc.constantFrom('Bash', '__proto__', 'toString'), hostileText),
  input: hostileRecord(['command', 'file_path', 'url']),
});
const message = hostileRecord(['id', 'model', 'content', 'usage'], {
  content: fc.array(block, { maxLength: 4 }),
  usage,
});
const streamKeys = [
  ...[
    'type',
    'subtype',
    'uuid',
    'session_id',
    'parent_tool_use_id',
    'isReplay',
    'message',
    'model',
    'permissionMode',
    'tools',
  ],
  ...['slash_commands', 'is_error', 'result', 'errors', 'num_turns', 'total_cost_usd', 'usage', 'modelUsage', 'code'],
  ...['api_error_status', 'permission_denials', 'attempt', 'retry_delay_ms', 'error_status', 'rate_limit_info'],
];
const streamLine = fc.oneof(
  hostileText,
  hostileRecord(streamKeys, {
    type: fc.constantFrom('system', 'assistant', 'user', 'result', 'rate_limit_event', 'flotilla_exit'),
    subtype: fc.constantFrom('init', 'success', 'compact_boundary', 'api_retry', 'error_max_turns'),
    session_id: fc.oneof(fc.uuid(), hostileText),
    message,
    usage,
    modelUsage: fc.dictionary(hostileText, hostileRecord(['contextWindow'])),
    rate_limit_info: hostileRecord(['status', 'resetsAt', 'rateLimitType'], {
      status: fc.constantFrom('rejected', 'near'),
    }),
    permission_denials: fc.array(hostileRecord(['tool_name']), { maxLength: 3 }),
  }).map((record) => JSON.stringify(record)),
);

/** Every text of an event that is shown on one line. */
function linesOf(event: ClaudeEvent): string[] {
  switch (event.type) {
    case 'tool':
      return [event.summary, event.name];
    case 'other':
      return [event.of];
    case 'init':
      return [event.model, event.permissionMode];
    case 'limit':
    case 'retry':
      return [event.text];
    case 'result':
      return [event.subtype, ...event.permissionDenials];
    default:
      return [];
  }
}

function checkEvent(event: ClaudeEvent): void {
  for (const line of linesOf(event)) assert.ok(isSafeLine(line, 400), JSON.stringify(line));
  if (event.type === 'limit' && event.resetAt !== undefined) assert.ok(!Number.isNaN(Date.parse(event.resetAt)));
  if (event.type === 'result')
    for (const tokens of Object.values(event.usage)) assert.ok(Number.isSafeInteger(tokens * 1000));
}

describe('fuzzed: what Claude writes', () => {
  it('stream-json in any shape becomes events that are safe to show and to add up', () =>
    fuzz(fc.array(streamLine, { maxLength: 6 }), (lines) => {
      const reader = new StreamReader();
      for (const line of lines) {
        const events = reader.read(line);
        assert.ok(events.length <= line.length + 1);
        events.forEach(checkEvent);
      }
    }));

  it('stream-json that was well-formed once is read without a throw', () => {
    const samples = [
      '{"type":"system","subtype":"init","session_id":"a","tools":["Bash"],"model":"claude-opus-5-5"}',
      '{"type":"assistant","message":{"id":"m","content":[{"type":"tool_use","id":"t","name":"Bash","input":{"command":"ls"}}]}}',
      '{"type":"result","subtype":"success","is_error":false,"num_turns":3,"total_cost_usd":0.5,"usage":{"input_tokens":1}}',
      '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1790000000,"rateLimitType":"five_hour"}}',
    ];
    return fuzz(damaged(samples), (line) => {
      new StreamReader().read(line).forEach(checkEvent);
    });
  });

  it('hook records of any shape give safe lines and entries that the journal takes', () => {
    const known = {
      hook_event_name: fc.constantFrom(
        'PreToolUse',
        'PermissionRequest',
        'Notification',
        'UserPromptSubmit',
        'Stop',
        'PreCompact',
      ),
      tool_input: hostileRecord(['command']),
      ...{ tool_name: hostileText, prompt: hostileText, message: hostileText, last_assistant_message: hostileText },
    };
    const record = hostileRecord([...Object.keys(known), 'session_id', 'notification_type'], known);
    return fuzz(
      fc.oneof(
        hostileText,
        record.map((one) => JSON.stringify(one)),
      ),
      (line) => {
        for (const text of [line, line.slice(0, -3)]) {
          const hook = readHook(text);
          if (hook === undefined) continue;
          assert.ok(isSafeLine(hook.name) && isSafeLine(hook.about ?? '', 400), JSON.stringify(hook));
          if (hook.entry !== undefined) timelineEntrySchema.parse(hook.entry);
        }
      },
    );
  });

  it('status records of any shape give safe lines and whole numbers', () => {
    const known = {
      kind: fc.constant('interactive'),
      entrypoint: fc.constant('cli'),
      status: fc.oneof(fc.constant('busy'), hostileText),
    };
    const status = hostileRecord([...Object.keys(known), 'waitingFor', 'sessionId'], {
      ...known,
      waitingFor: hostileText,
    });
    const context = hostileRecord(['context_window_size', 'current_usage'], {
      context_window_size: fc.integer({ min: 1 }),
      current_usage: usage,
    });
    const line = hostileRecord(['cost', 'context_window', 'model'], {
      cost: hostileRecord(['total_cost_usd']),
      context_window: context,
      model: hostileRecord(['id'], { id: hostileText }),
    });
    return fuzz(fc.tuple(status, line, hostileText), ([one, two, text]) => {
      for (const input of [JSON.stringify(one), JSON.stringify(two), text]) {
        assert.ok(isSafeLine(readStatus(input)?.waitingFor ?? ''));
        const shown = readStatusLine(input);
        assert.ok(isSafeLine(shown?.model ?? ''));
        if (shown?.context !== undefined) contextUseSchema.parse(shown.context);
      }
    });
  });
});

describe('fuzzed: lines of bytes', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.oneof(hostileText, fc.constant('\n')), { maxLength: 8 }).map((parts) => Buffer.from(parts.join(''))),
  );

  it('are the same however they are cut, and as long as is allowed', () =>
    fuzz(fc.tuple(bytes, cuts, fc.integer({ min: 1, max: 50 })), ([all, sizes, limit]) => {
      const read = (pieces: readonly Uint8Array[]): unknown[] => {
        const seen: unknown[] = [];
        const lines = new ByteLines(7, (line, next) => seen.push(line, next), limit);
        for (const piece of pieces) lines.write(piece);
        return [...seen, lines.offset];
      };
      const whole = read([all]);
      assert.deepEqual(read(piecesOf(all, sizes)), whole);
      assert.equal(whole.at(-1), 7 + all.length);
      for (const line of whole) assert.ok(typeof line !== 'string' || Buffer.byteLength(line) <= limit * 3);
    }));

  it('of text are the same however they are cut, and as long as is allowed', () =>
    fuzz(fc.tuple(bytes, cuts, fc.integer({ min: 1, max: 50 })), ([all, sizes, limit]) => {
      const read = (pieces: readonly Uint8Array[]): unknown[] => {
        const seen: unknown[] = [];
        const lines = new LineSplitter((line, cut) => seen.push([line, cut]), limit);
        for (const piece of pieces) lines.write(piece);
        lines.end();
        return seen;
      };
      assert.deepEqual(read(piecesOf(all, sizes)), read([all]));
    }));

  it('hold nothing back of JSON that comes in pieces', () =>
    fuzz(fc.tuple(fc.array(hostileValue, { maxLength: 5 }), cuts), ([values, sizes]) => {
      const seen: string[] = [];
      const lines = new LineSplitter((line) => seen.push(line));
      const sent = values.map((one) => JSON.stringify(one));
      for (const piece of piecesOf(Buffer.from(sent.map((one) => `${one}\n`).join('')), sizes)) lines.write(piece);
      assert.deepEqual(
        seen.map((line) => JSON.parse(line) as unknown),
        values.map((one) => JSON.parse(JSON.stringify(one)) as unknown),
      );
    }));
});
