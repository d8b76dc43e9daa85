import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buffer } from 'node:stream/consumers';
import { instantSchema } from '../../../src/protocol/basics.ts';
import { usageSchema } from '../../../src/protocol/session.ts';
import { requestHeaders, responseHeaders } from '../../../src/engine/gateway/headers.ts';
import { limitEnd } from '../../../src/engine/gateway/limitEnd.ts';
import { KeyFilter } from '../../../src/engine/gateway/keyFilter.ts';
import { routeOf } from '../../../src/engine/gateway/routes.ts';
import { Secret } from '../../../src/engine/gateway/secret.ts';
import { UsageMeter } from '../../../src/engine/gateway/usageMeter.ts';
import { cuts, damaged, fuzz, hostileRecord, hostileText, piecesOf } from '../../support/fuzz.ts';

const usage = hostileRecord(
  [
    'input_tokens',
    'output_tokens',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'cache_creation',
    'speed',
    'server_tool_use',
  ],
  {
    input_tokens: fc.nat(),
    cache_creation: hostileRecord(['ephemeral_1h_input_tokens'], { ephemeral_1h_input_tokens: fc.nat() }),
    server_tool_use: hostileRecord(['web_search_requests']),
    speed: fc.constant('fast'),
  },
);
const message = hostileRecord(['type', 'model', 'usage'], {
  type: fc.constant('message'),
  model: fc.oneof(fc.constantFrom('claude-opus-5-5', '__proto__', 'constructor'), hostileText),
  usage,
});
const line = (kind: fc.Arbitrary<string>, data: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  fc.tuple(kind, data).map(([type, one]) => `event: ${type}\ndata: ${JSON.stringify(one)}\n\n`);
const events = fc
  .array(
    fc.oneof(
      line(
        fc.constant('message_start'),
        message.map((one) => ({ message: one })),
      ),
      line(
        fc.constant('message_delta'),
        usage.map((one) => ({ usage: one })),
      ),
      line(hostileText, usage),
      hostileText,
      fc.constantFrom('\n', '\r', 'data: {', ': a comment\n', 'retry: 1\n', 'id: 1\n', '\ufeff'),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.from(parts.join('')));
const measured = (type: string, pieces: readonly Uint8Array[]): unknown => {
  const meter = UsageMeter.for(type, undefined);
  for (const piece of pieces) meter?.write(piece);
  return meter?.end();
};
const checked = (delta: unknown): void => {
  if (delta === undefined) return;
  const { usage: found } = delta as { usage: unknown };
  usageSchema.parse(found);
};

describe('fuzzed: what the API answers', () => {
  it('as an event stream is counted the same however it is cut, in whole numbers', () =>
    fuzz(fc.tuple(events, cuts), ([bytes, sizes]) => {
      const whole = measured('text/event-stream', [bytes]);
      checked(whole);
      assert.deepEqual(measured('text/event-stream', piecesOf(bytes, sizes)), whole);
    }));

  it('as JSON is counted the same however it is cut, in whole numbers', () => {
    const sample = '{"type":"message","model":"claude-opus-5-5","usage":{"input_tokens":3,"output_tokens":5}}';
    const body = fc.oneof(
      damaged([sample]),
      message.map((one) => JSON.stringify(one)),
      hostileText,
    );
    return fuzz(fc.tuple(body, cuts), ([text, sizes]) => {
      const whole = measured('application/json', [Buffer.from(text)]);
      checked(whole);
      assert.deepEqual(measured('application/json', piecesOf(Buffer.from(text), sizes)), whole);
    });
  });

  it('about limits is a time or nothing', () => {
    const names = ['retry-after', 'anthropic-ratelimit-unified-reset', 'anthropic-ratelimit-tokens-reset'];
    const value = fc.oneof(
      hostileText,
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
    );
    return fuzz(fc.tuple(fc.constantFrom(...names), value, fc.nat()), ([name, text, now]) => {
      const end = limitEnd({ [name]: text }, now);
      if (end !== undefined) instantSchema.parse(end);
    });
  });
});

describe('fuzzed: an answer that may hold the key', () => {
  const parts = fc.array(fc.constantFrom('key-ab-key', 'key-ab-', 'k', 'ey-ab-key', ' ', '\xe9'), { maxLength: 20 });

  it('comes through without it and else as it was, in whatever pieces', () =>
    fuzz(fc.tuple(parts, cuts), async ([texts, sizes]) => {
      const text = texts.join('');
      const filter = new KeyFilter(new Secret('key-ab-key'));
      for (const piece of piecesOf(Buffer.from(text), sizes)) filter.write(piece);
      filter.end();
      assert.equal((await buffer(filter)).toString(), text.replaceAll('key-ab-key', '**********'));
    }));
});

describe('fuzzed: what a session asks the gateway for', () => {
  const samples = [
    '/v1/messages',
    '/v1/messages/count_tokens?beta=true',
    '/v1/models/claude-opus-5-5',
    '/api/hello',
    '/',
  ];
  const targets = fc.oneof(
    damaged(samples),
    fc.tuple(fc.constantFrom(...samples), hostileText).map((parts) => parts.join('')),
    fc
      .array(
        fc.constantFrom('/', '..', '.', '%2e', '%2f', 'v1', 'messages', 'models', '?', '#', '\\', '@host', ':', '//'),
        { maxLength: 10 },
      )
      .map((parts) => parts.join('')),
  );

  it('is let through only to the few paths of the list, as any server would read them', () =>
    fuzz(
      fc.tuple(fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'get'), targets),
      ([method, target]) => {
        const route = routeOf(method, target);
        if (route === undefined) return;
        const url = new URL(`http://host${route}`);
        assert.equal(url.host, 'host');
        assert.match(url.pathname, /^\/(v1\/messages(\/count_tokens)?|v1\/models(\/[^/]+)?|api\/hello)?$/);
        assert.ok(['GET', 'HEAD', 'POST'].includes(method));
      },
    ));

  it('carries the real credential alone, whatever headers it comes with', () => {
    const names = [
      ...[
        'authorization',
        'x-api-key',
        'cookie',
        'host',
        'connection',
        'transfer-encoding',
        'upgrade',
        'expect',
        'te',
        'trailer',
      ],
      ...[
        'proxy-authorization',
        'x-forwarded-host',
        'forwarded',
        'x-original-url',
        'x-http-method-override',
        'anthropic-beta',
        'x-app',
      ],
    ];
    const headers = fc.dictionary(fc.constantFrom(...names), hostileText);
    const access = { upstream: new URL('https://api.example'), secret: new Secret('the-real-one') };
    return fuzz(fc.tuple(headers, fc.constantFrom('api-key' as const, 'oauth-token' as const)), ([given, kind]) => {
      const sent = requestHeaders(given, { ...access, kind });
      assert.equal(sent['host'], 'api.example');
      const [own, other] = kind === 'api-key' ? ['x-api-key', 'authorization'] : ['authorization', 'x-api-key'];
      assert.match(String(sent[own]), /the-real-one$/);
      assert.equal(sent[other], undefined);
      const gone = [
        'cookie',
        'connection',
        'transfer-encoding',
        'upgrade',
        'expect',
        'te',
        'trailer',
        'forwarded',
        'x-original-url',
      ];
      for (const name of [...gone, 'proxy-authorization', 'x-forwarded-host', 'x-http-method-override'])
        assert.ok(!(name in sent), name);
      assert.ok(!('set-cookie' in responseHeaders({ ...given, 'set-cookie': ['a'] }, access.secret)));
    });
  });
});
