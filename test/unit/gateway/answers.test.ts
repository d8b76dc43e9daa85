import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, type RequestListener, type Server, createServer, request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { silentLog } from '../../../src/engine/base/log.ts';
import { Credentials } from '../../../src/engine/gateway/credentials.ts';
import { Gateway } from '../../../src/engine/gateway/gateway.ts';

const key = 'sk-ant-the-real-key';

describe('an answer that comes through the gateway', () => {
  let folder: string;
  let upstream: Server;
  let answer: RequestListener;
  let gateway: Gateway;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-answers-'));
    await mkdir(path.join(folder, 'api'));
    upstream = createServer((incoming, response) => answer(incoming, response));
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const address = upstream.address();
    assert.ok(typeof address === 'object' && address);
    const credentials = new Credentials(silentLog);
    credentials.set({
      credential: { kind: 'api-key', value: key },
      upstream: `http://127.0.0.1:${String(address.port)}`,
    });
    const nothing = (): void => undefined;
    gateway = new Gateway({ log: silentLog, credentials, onUsage: nothing, onTrouble: nothing, env: {} });
    await gateway.open('abcdefgh', path.join(folder, 'api'));
  });

  afterEach(async () => {
    await gateway.close();
    upstream.closeAllConnections();
    upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  const send = (headers: Record<string, string | number>, body: string, isWhole = true): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const socketPath = path.join(folder, 'api', 'api.sock');
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
