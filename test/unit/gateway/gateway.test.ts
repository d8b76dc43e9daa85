import assert from 'node:assert/strict';
import { mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import {
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
  createServer,
  request,
} from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { sleep } from '../../../src/engine/base/clock.ts';
import { type Log, silentLog } from '../../../src/engine/base/log.ts';
import type { Credentials } from '../../../src/engine/gateway/credentials.ts';
import type { Gateway } from '../../../src/engine/gateway/gateway.ts';
import { type Trouble } from '../../../src/engine/gateway/gateway.ts';
import type { UsageDelta } from '../../../src/engine/gateway/usageMeter.ts';
import { eventually } from '../../support/eventually.ts';
import { GatewayBed } from '../../support/gatewayBed.ts';

const key = 'sk-ant-the-real-key';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

describe('the gateway', () => {
  let bed: GatewayBed;
  let folder: string;
  let socketPath: string;
  let upstream: Server;
  let url: string;
  let seen: Seen[];
  let answer: Parameters<typeof createServer>[1] & {};
  let gateway: Gateway;
  let credentials: Credentials;
  let troubles: Trouble[];
  let usage: UsageDelta[];
  let warnings: number;

  beforeEach(async () => {
    seen = [];
    troubles = [];
    usage = [];
    warnings = 0;
    answer = (_request, response) => response.end('{}');
    upstream = createServer((incoming, response) => {
      void buffer(incoming).then(
        (body) => {
          seen.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body });
          answer(incoming, response);
        },
        () => undefined,
      );
    });
    const log: Log = { ...silentLog, warn: () => (warnings += 1), with: () => log };
    bed = await GatewayBed.start(upstream, key, {
      log,
      onUsage: (_session, delta) => usage.push(delta),
      onTrouble: (_session, trouble) => troubles.push(trouble),
      credentialWaitMs: 300,
      env: { HTTP_PROXY: 'http://127.0.0.1:1' },
    });
    ({ folder, socketPath, url, credentials, gateway } = bed);
  });

  afterEach(() => bed.close());

  const start = (options: RequestOptions, body?: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request({ socketPath, method: 'POST', path: '/v1/messages?beta=true', ...options }, resolve);
      sent.on('error', reject);
      sent.end(body ?? (sent.method === 'POST' ? '{}' : ''));
    });
  const ask = async (options: RequestOptions = {}, body?: string): Promise<{ status: number; text: string }> => {
    const response = await start(options, body);
    return { status: response.statusCode ?? 0, text: (await buffer(response)).toString('utf8') };
  };

  it('puts the key in the place of whatever the session sends', async () => {
    const headers = {
      authorization: 'Bearer placeholder',
      'x-api-key': 'placeholder',
      cookie: 'a=b',
      'proxy-authorization': 'Basic x',
      'x-forwarded-for': '1.2.3.4',
      'accept-encoding': 'gzip',
      connection: 'keep-alive, x-private',
      'x-private': 'hop',
      host: 'evil.example',
      'anthropic-version': '2023-06-01',
    };
    await ask({ headers }, '{"a":1}');
    const [got] = seen;
    assert.equal(got?.headers['x-api-key'], key);
    assert.equal(got.headers['accept-encoding'], 'identity');
    assert.equal(got.headers.host, new URL(url).host);
    assert.equal(got.headers['anthropic-version'], '2023-06-01');
    for (const name of ['authorization', 'cookie', 'proxy-authorization', 'x-forwarded-for', 'x-private'])
      assert.equal(got.headers[name], undefined, name);
    assert.equal(got.url, '/v1/messages?beta=true');
    assert.equal(got.body.toString(), '{"a":1}');
  });

  it('sends an OAuth token as a bearer with its beta header, below the path of the upstream', async () => {
    credentials.set({ credential: { kind: 'oauth-token', value: 'oat-1' }, upstream: `${url}/proxy/` });
    await ask({ headers: { 'x-api-key': 'placeholder', 'anthropic-beta': 'one,two' } });
    assert.equal(seen[0]?.headers.authorization, 'Bearer oat-1');
    assert.equal(seen[0].headers['x-api-key'], undefined);
    assert.equal(seen[0].headers['anthropic-beta'], 'one,two,oauth-2025-04-20');
    assert.equal(seen[0].url, '/proxy/v1/messages?beta=true');
  });

  it('refuses what a session must not have, whatever way it asks', async () => {
    const targets: [string, string][] = [
      ['GET', '/v1/organizations/api_keys'],
      ['GET', '/v1/files'],
      ['POST', '/v1/messages/batches'],
      ['POST', '/v1/messages/../organizations'],
      ['POST', '/v1/messages/%2e%2e/organizations'],
      ['POST', '/v1/messages%2f..%2fx'],
      ['POST', '//evil.example/v1/messages'],
      ['POST', '/\\evil.example/v1/messages'],
      ['POST', 'http://evil.example/v1/messages'],
      ['POST', '/api/oauth/claude_cli/create_api_key'],
      ['DELETE', '/v1/messages'],
    ];
    for (const [method, target] of targets) {
      const { status, text } = await ask({ method, path: target });
      assert.equal(status, 403, target);
      assert.match(text, /permission_error/);
    }
    const raw = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(socketPath, () => socket.write('CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text));
      socket.on('error', () => undefined);
    });
    assert.doesNotMatch(raw, /200/);
    assert.deepEqual(seen, []);
    for (const [method, target] of [
      ['HEAD', '/'],
      ['GET', '/api/hello'],
      ['GET', '/v1/models'],
      ['POST', '/v1/messages/count_tokens'],
    ] as const)
      assert.equal((await ask({ method, path: target })).status, 200, target);
  });

  it('never lets the body of one request become another on a connection that is used again', async () => {
    const smuggled = 'POST /v1/organizations HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n';
    const headers = { 'transfer-encoding': 'chunked' };
    assert.equal((await ask({ method: 'GET', path: '/v1/models', headers }, smuggled)).status, 200);
    assert.equal(
      (await ask({ method: 'GET', path: '/v1/models', headers: { 'content-length': smuggled.length } }, smuggled))
        .status,
      200,
    );
    assert.equal((await ask({ headers }, smuggled)).status, 200);
    assert.deepEqual(
      seen.map((one) => one.url),
      ['/v1/models', '/v1/models', '/v1/messages?beta=true'],
    );
    assert.equal(seen[2]?.body.toString(), smuggled);
  });

  it('passes errors on as they are, and says once per streak that the credential is refused', async () => {
    answer = (_request, response) =>
      response.writeHead(401, { 'retry-after': '7', 'x-odd': 'y' }).end('{"type":"error"}');
    const response = await start({});
    assert.equal(response.statusCode, 401);
    assert.equal(response.headers['retry-after'], '7');
    assert.equal((await buffer(response)).toString(), '{"type":"error"}');
    await ask();
    answer = (_request, response) => response.end('{}');
    await ask();
    assert.deepEqual(troubles, [{ kind: 'credential-refused', status: 401 }, { kind: 'over' }]);
  });

  it('tells when a limit ends', async () => {
    answer = (_request, response) =>
      response.writeHead(429, { 'anthropic-ratelimit-unified-reset': '1795157115', 'retry-after': '5' }).end('{}');
    await ask();
    assert.deepEqual(troubles, [{ kind: 'limited', resetAt: '2026-11-20T06:45:15.000Z' }]);
  });

  for (const [what, unified] of [
    ['that was not met', { reset: '1795157115', status: 'allowed' }],
    ['without a time', { reset: '', status: '' }],
  ] as const)
    it(`does not take the end of a limit ${what} for that of the one that was met`, async () => {
      const headers = {
        'anthropic-ratelimit-unified-reset': unified.reset,
        'anthropic-ratelimit-unified-status': unified.status,
      };
      const before = Date.now();
      answer = (_request, response) => response.writeHead(429, { ...headers, 'retry-after': '5' }).end('{}');
      await ask();
      const [told] = troubles;
      const end = told?.kind === 'limited' ? Date.parse(told.resetAt ?? '') : NaN;
      assert.ok(end >= before + 5000 && end <= Date.now() + 5000, JSON.stringify(told));
    });

  it('lets requests wait for a credential, and gives up in a way that Claude tries again', async () => {
    credentials.clear();
    const late = ask();
    await eventually(() => troubles.length === 1);
    credentials.set({ credential: { kind: 'api-key', value: key }, upstream: url });
    assert.equal((await late).status, 200);
    credentials.clear();
    const { status, text } = await ask();
    assert.equal(status, 529);
    assert.match(text, /overloaded_error/);
    assert.deepEqual(
      troubles.map(({ kind }) => kind),
      ['no-credentials', 'over', 'no-credentials'],
    );
  });

  it('answers 502 when the upstream can not be reached, and names that once', async () => {
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
    assert.equal((await ask({}, 'x'.repeat(300_000))).status, 502);
    assert.equal((await ask()).status, 502);
    assert.deepEqual(
      troubles.map(({ kind }) => kind),
      ['unreachable'],
    );
  });

  it('streams events as they come and counts them without touching a byte', async () => {
    const events = [
      'event: message_start\ndata: {"type":"message_start","message":{"type":"message","model":"claude-opus-5-5","usage":{"input_tokens":10,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":1}}}\n\n',
      'event: content_block_delta\ndata: {"delta":{"text":"ä\u20ac"}}\n\n',
      'event: message_delta\ndata: {"usage":{"output_tokens":50,"input_tokens":0}}\n\n',
    ];
    let next = (): void => undefined;
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(events[0]);
      next = () => {
        // Cut inside a character.
        const rest = Buffer.from((events[1] ?? '') + (events[2] ?? ''));
        response.write(rest.subarray(0, 55));
        response.end(rest.subarray(55));
      };
    };
    const response = await start({});
    const first = await new Promise<Buffer>((resolve) => response.once('data', resolve));
    assert.equal(first.toString(), events[0]);
    next();
    assert.equal((await buffer(response)).toString(), (events[1] ?? '') + (events[2] ?? ''));
    assert.deepEqual(usage, [
      {
        model: 'claude-opus-5-5',
        usage: {
          requests: 1,
          inputTokens: 10,
          outputTokens: 50,
          cacheReadTokens: 1000,
          cacheWriteTokens: 100,
          costUsd: (10 * 4 + 50 * 20 + 1000 * 0.2 + 100 * 5) / 1e6,
          unpricedRequests: 0,
        },
      },
    ]);
  });

  it('ends the upstream request when the session gives up, and the answer when the upstream breaks off', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    answer = (_request, response) => {
      response.on('close', () => {
        resolve(undefined);
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: ping\n\n');
    };
    const response = await start({});
    response.on('error', () => undefined);
    response.destroy();
    await ended;
    answer = (_request, broken) => {
      broken.writeHead(200, { 'content-type': 'text/event-stream' });
      broken.write('event: ping\n\n');
      setTimeout(() => broken.destroy(), 20);
    };
    await assert.rejects(async () => buffer(await start({})), /aborted/);
  });

  it('holds a fast upstream back for a slow session', async () => {
    let sent = 0;
    // Far more than the sockets of any machine hold.
    const chunks = 1000;
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (sent < chunks * chunk.length && response.write(chunk)) sent += chunk.length;
        if (sent < chunks * chunk.length) {
          response.once('drain', () => {
            sent += chunk.length;
            more();
          });
        } else response.end();
      };
      more();
    };
    const response = await start({});
    response.pause();
    await sleep(300);
    const held = sent;
    assert.ok(held < 40 * 1024 * 1024, `${String(held)} bytes went into memory`);
    assert.ok((await buffer(response)).length >= chunks * 64 * 1024);
  });

  it('takes the place of a stale socket or a link, with a mode that every user inside can use', async () => {
    await rm(socketPath);
    const other = path.join(folder, 'precious');
    await writeFile(other, 'x', { mode: 0o600 });
    await symlink(other, socketPath);
    await gateway.open('abcdefgh', path.join(folder, 'api'));
    assert.equal((await stat(other)).mode & 0o777, 0o600);
    assert.equal((await stat(socketPath)).mode & 0o777, 0o666);
    assert.ok((await stat(socketPath)).isSocket());
    assert.equal((await ask()).status, 200);
  });

  it('says when a path is too long for a socket', async () => {
    const deep = path.join(folder, 'x'.repeat(100), 'api');
    await mkdir(deep, { recursive: true });
    await assert.rejects(gateway.open('abcdefgh', deep), { code: 'config-invalid' });
  });

  it('keeps one session from taking all connections, and from filling the log', async () => {
    const held: ServerResponse[] = [];
    let left = 0;
    answer = (_request, response) => {
      held.push(response.once('close', () => (left += 1)));
    };
    const socket = connect(socketPath);
    socket.on('error', () => undefined).resume();
    socket.write('GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000));
    await eventually(
      () => held.length >= 128,
      () => `${String(held.length)} at once`,
    );
    await sleep(300);
    assert.equal(held.length, 128);
    socket.destroy();
    // That it has gone is heard when it is written to.
    held[0]?.end('{}');
    await eventually(
      () => left === held.length,
      () => `${String(left)} of them were let go`,
    );
    answer = (_request, response) => response.end('{}');
    for (let index = 0; index < 100; index += 1) await ask({ method: 'GET', path: `/x/${String(index)}` });
    assert.ok(warnings > 0 && warnings <= 20, `${String(warnings)} warnings`);
    assert.equal((await ask()).status, 200);
  });

  it('passes on no header by which a proxy would take another path or method', async () => {
    await ask({
      headers: { 'x-http-method-override': 'DELETE', 'x-original-url': '/v1/files', 'x-rewrite-url': '/x' },
    });
    assert.deepEqual(
      Object.keys(seen[0]?.headers ?? {}).filter((name) => /override|url/.test(name)),
      [],
    );
  });

  it('never shows the credential', () => {
    const shown = `${inspect(credentials, { depth: 9, showHidden: true })}${JSON.stringify(credentials.access)}${String(credentials.access?.secret)}`;
    assert.ok(!shown.includes(key));
    assert.throws(
      () => {
        credentials.set({ credential: { kind: 'api-key', value: 'two words' } });
      },
      { code: 'invalid-input' },
    );
    credentials.set({ credential: { kind: 'api-key', value: key }, upstream: 'https://me:secret@proxy.example/x' });
    assert.equal(credentials.upstream, 'https://proxy.example/x');
  });
});
