import assert from 'node:assert/strict';
import { type IncomingMessage, type RequestListener, createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { GatewayBed } from '../../support/gatewayBed.ts';

const key = 'sk-ant-the-real-key';

describe('an answer that comes through the gateway', () => {
  let bed: GatewayBed;
  let answer: RequestListener;

  beforeEach(async () => {
    bed = await GatewayBed.start(
      createServer((incoming, response) => answer(incoming, response)),
      key,
    );
  });

  afterEach(() => bed.close());

  const send = (headers: Record<string, string | number>, body: string, isWhole = true): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { socketPath } = bed;
      const sent = request({ socketPath, method: 'POST', path: '/v1/messages', headers, agent: false }, resolve);
      sent.on('error', reject);
      if (isWhole) sent.end(body);
      else sent.write(body);
    });

  it('never holds the key, though the upstream repeats what it was sent, in pieces too', async () => {
    answer = (incoming, response) => {
      incoming.resume();
      const got = String(incoming.headers['x-api-key']);
      response.writeHead(401, { 'content-type': 'application/json', 'x-received': got });
      response.write(`{"error":"Received=${got.slice(0, 9)}`);
      setImmediate(() => {
        response.write(got.slice(9));
        response.end(`, and again ${got}, not sk-ant-the-re"}`);
      });
    };
    const response = await send({}, '{}');
    const mask = '*'.repeat(key.length);
    assert.equal(response.headers['x-received'], mask);
    const text = (await buffer(response)).toString('utf8');
    assert.equal(text, `{"error":"Received=${mask}, and again ${mask}, not sk-ant-the-re"}`);
  });

  it('ends with what its beginning looked like the key', async () => {
    answer = (incoming, response) => {
      incoming.resume();
      response.end('it begins with sk-ant-the-real');
    };
    assert.equal((await buffer(await send({}, '{}'))).toString('utf8'), 'it begins with sk-ant-the-real');
  });

  it('leaves no connection behind when it came before the whole request', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    answer = (incoming, response) => {
      incoming.on('error', () => undefined);
      incoming.socket.once('close', () => {
        resolve(undefined);
      });
      response.writeHead(413, { 'content-type': 'application/json', 'content-length': 2 }).end('{}');
    };
    const response = await send({ 'content-length': 1000 }, 'a part', false);
    assert.equal((await buffer(response)).toString('utf8'), '{}');
    response.destroy();
    await closed;
  });
});
