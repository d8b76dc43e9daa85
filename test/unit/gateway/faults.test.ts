import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Trouble } from '../../../src/engine/gateway/gateway.ts';
import type { UsageDelta } from '../../../src/engine/gateway/usageMeter.ts';
import { eventually } from '../../support/eventually.ts';
import { GatewayBed } from '../../support/gatewayBed.ts';

const key = 'sk-ant-the-real-key-that-no-answer-may-bring-back';
const json = (status: string, body: string, more = ''): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n${more}\r\n${body}`;
const errorBody = (type: string): string => JSON.stringify({ type: 'error', error: { type, message: 'No.' } });
const counted = '{"type":"message","model":"claude-opus-5-5","usage":{"input_tokens":3}}';

describe('an upstream with faults', () => {
  let bed: GatewayBed;
  let sockets: Set<Socket>;
  let reply: (socket: Socket) => void;
  let troubles: Trouble[];
  let usage: UsageDelta[];

  beforeEach(async () => {
    [troubles, usage, sockets] = [[], [], new Set()];
    const upstream = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.once('data', () => {
        reply(socket);
      });
    });
    bed = await GatewayBed.start(upstream, key, {
      onUsage: (_session, delta) => usage.push(delta),
      onTrouble: (_session, trouble) => troubles.push(trouble),
    });
  });
  afterEach(async () => {
    await bed.close();
    for (const socket of sockets) socket.destroy();
  });

  const start = (signal?: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request(
        { socketPath: bed.socketPath, method: 'POST', path: '/v1/messages', agent: false, signal },
        resolve,
      );
      sent.on('error', reject);
      sent.end('{}');
    });
  const ask = async (): Promise<{ status: number; text: string }> => {
    const response = await start();
    return { status: response.statusCode ?? 0, text: (await buffer(response)).toString('latin1') };
  };
  const kinds = (): string[] => troubles.map(({ kind }) => kind);

  it('that is busy and says when to ask again is told with that, until it answers', async () => {
    reply = (socket) => socket.end('HTTP/1.1 529 Oh\r\nretry-after: 60\r\ncontent-length: 2\r\n\r\n{}');
    const least = Date.now() + 59_000;
    await ask();
    const [told] = troubles;
    assert.ok(told?.kind === 'busy' && Date.parse(told.resetAt) > least);
    reply = (socket) => socket.end(json('200 OK', counted));
    await ask();
    assert.deepEqual(kinds(), ['busy', 'over']);
  });

  for (const [status, kind, trouble] of [
    ['400 Bad Request', 'invalid_request_error', []],
    ['401 Unauthorized', 'authentication_error', ['credential-refused']],
    ['403 Forbidden', 'permission_error', ['credential-refused']],
    ['404 Not Found', 'not_found_error', []],
    ['413 Too Large', 'request_too_large', []],
    ['429 Too Many', 'rate_limit_error', ['limited']],
    ['500 Oh', 'api_error', []],
    ['503 Oh', 'api_error', []],
    ['529 Overloaded', 'overloaded_error', []],
  ] as const)
    it(`that answers ${status} is heard by Claude as it said it, and told where a person can help`, async () => {
      reply = (socket) => socket.end(json(status, errorBody(kind)));
      assert.deepEqual(await ask(), { status: Number(status.slice(0, 3)), text: errorBody(kind) });
      assert.deepEqual(kinds(), trouble);
      assert.deepEqual(usage, []);
      reply = (socket) => socket.end(json('200 OK', counted));
      assert.equal((await ask()).status, 200);
      assert.deepEqual(kinds(), trouble.length === 0 ? [] : [...trouble, 'over']);
      assert.equal(usage.length, 1);
    });

  for (const [what, bytes] of Object.entries({
    'no HTTP at all': 'SSH-2.0-OpenSSH_9\r\n',
    'nothing and hangs up': '',
    'half a head': 'HTTP/1.1 200 OK\r\ncontent-ty',
    'a head without an end': `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`,
    'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\n{}',
  }))
    it(`that answers with ${what} is told as out of reach, in the API's own words`, async () => {
      reply = (socket) => socket.end(bytes);
      const { status, text } = await ask();
      assert.equal(status, 502);
      assert.match(text, /"type":"api_error"/);
      assert.ok(!text.includes(key));
      assert.deepEqual(kinds(), ['unreachable']);
    });

  it('that cuts its answer off cuts that of Claude off too, and what it had counted is counted', async () => {
    const begun = `event: message_start\ndata: {"message":${counted}}\n\n`;
    for (const [head, body] of [
      ['content-length: 5000\r\n', begun],
      ['transfer-encoding: chunked\r\n', `${begun.length.toString(16)}\r\n${begun}\r\nzz\r\n`],
    ] as const) {
      reply = (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${head}\r\n${body}`);
      const response = await start();
      await assert.rejects(buffer(response));
    }
    await eventually(() => usage.length === 2);
    // The next request is served all the same.
    reply = (socket) => socket.end(json('200 OK', counted));
    assert.equal((await ask()).status, 200);
  });

  it('that says it is something else passes unread', async () => {
    for (const type of ['text/html', 'application/octet-stream', 'text/event-streamx', '', 'APPLICATION/JSON']) {
      reply = (socket) =>
        socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${String(counted.length)}\r\n\r\n${counted}`,
        );
      assert.equal((await ask()).text, counted);
    }
    reply = (socket) => socket.end(json('200 OK', counted, 'content-encoding: gzip\r\n'));
    assert.equal((await ask()).text, counted);
    // Of types, upper case is the same as lower.
    assert.ok(usage.length <= 2, `counted ${String(usage.length)} times`);
  });

  it('that never answers holds only who asked, and lets go when that one does', async () => {
    let asked = false;
    reply = () => {
      asked = true;
    };
    const leaving = new AbortController();
    const waiting = start(leaving.signal).then(
      () => 'answered',
      () => 'left',
    );
    await eventually(() => asked);
    reply = (socket) => socket.end(json('200 OK', counted));
    assert.equal((await ask()).status, 200);
    leaving.abort();
    assert.equal(await waiting, 'left');
    await eventually(() => sockets.size === 0);
    assert.deepEqual(kinds(), []);
  });

  it('that stalls in the middle does not keep the gateway from closing', async () => {
    reply = (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: ping\n\n');
    const response = await start();
    const ended = buffer(response).then(
      () => 'ended',
      () => 'broken',
    );
    await bed.gateway.close();
    assert.equal(await ended, 'broken');
    await eventually(() => sockets.size === 0);
  });

  it('that sends an answer nobody asked for leaves nothing on a connection that is used again', async () => {
    let asked = 0;
    reply = (socket) => {
      asked += 1;
      socket.write(json('200 OK', `{"answer":${String(asked)}}`) + json('200 OK', '{"answer":"smuggled"}'));
    };
    assert.equal((await ask()).text, '{"answer":1}');
    assert.doesNotMatch((await ask()).text, /smuggled/);
  });
});
