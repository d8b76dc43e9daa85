import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import path from 'node:path';
import { z } from 'zod';
import { errorBodySchema } from '../../../src/protocol/errors.ts';
import type { Hello } from '../../../src/protocol/version.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import type { OperationContext, Operations } from '../../../src/engine/operations/context.ts';
import { type Server, startServer } from '../../../src/engine/server/server.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder, testActor } from '../../support/storedSession.ts';

const hello: Hello = { name: 'flotilla', version: '1.2.3', protocol: 1, pid: 1, startedAt: '2026-01-01T00:00:00.000Z' };
const answered = z.object({ error: errorBodySchema });

class FakeOperations implements Operations {
  readonly contexts: OperationContext[] = [];
  next: (input: unknown, context: OperationContext) => Promise<unknown> = () => assert.fail('not faked in this test');

  run(_name: string, input: unknown, context: OperationContext): Promise<unknown> {
    this.contexts.push(context);
    return this.next(input, context);
  }
}

describe('the server', () => {
  const { folder, remove } = temporaryFolder();
  const socketPath = path.join(folder, 'run', 'engine.sock');
  let operations: FakeOperations;
  let server: Server;
  let store: Store;

  beforeEach(async () => {
    operations = new FakeOperations();
    store = Store.open(path.join(folder, 'flotilla.db'), silentLog).store;
    const terminals = { attach: () => Promise.reject(new Error('not faked in this test')) };
    server = await startServer({ socketPath, operations, journal: store.journal, terminals, hello, log: silentLog });
  });
  afterEach(async () => {
    await server.close(100);
    store.close();
  });
  after(remove);

  interface Asked {
    method?: string;
    body?: string;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  }
  async function ask(at: string, asked: Asked = {}): Promise<{ status: number; text: string }> {
    const { method = 'POST', body, headers, signal } = asked;
    const actor = { 'x-flotilla-actor': JSON.stringify(testActor), 'content-type': 'application/json' };
    const sending = request({
      ...{ socketPath, method, path: at, headers: { ...actor, ...headers }, agent: false },
      ...(signal === undefined ? {} : { signal }),
    });
    sending.end(body);
    const [response] = z.tuple([z.custom<IncomingMessage>()]).parse(await once(sending, 'response'));
    return { status: response.statusCode ?? 0, text: Buffer.concat(await response.toArray()).toString() };
  }
  const refusal = async (at: string, asked?: Asked): Promise<[number, string]> => {
    const { status, text } = await ask(at, asked);
    return [status, answered.parse(JSON.parse(text)).error.code];
  };

  it('listens where only the user comes in', () => {
    assert.equal(statSync(socketPath).mode & 0o777, 0o600);
    assert.equal(statSync(path.dirname(socketPath)).mode & 0o777, 0o700);
  });

  it('says first what it is', async () => {
    const { text } = await ask('/v1/hello', { method: 'GET' });
    assert.deepEqual(JSON.parse(text), hello);
  });

  it('runs an operation with the input and the actor it was given', async () => {
    operations.next = (input) => Promise.resolve({ heard: input });
    const { status, text } = await ask('/v1/operations/session.get', { body: '{"session":"a"}' });
    assert.deepEqual([status, text], [200, '{"heard":{"session":"a"}}']);
    assert.deepEqual(operations.contexts[0]?.actor, testActor);
  });

  it('answers errors as documented, and says nothing of what is inside', async () => {
    operations.next = () => Promise.reject(new FlotillaError('unknown-session', 'There is none.', { detail: 'x' }));
    const known = await ask('/v1/operations/session.get', { body: '{}' });
    assert.equal(known.status, 404);
    assert.deepEqual(JSON.parse(known.text), {
      error: { code: 'unknown-session', kind: 'user', message: 'There is none.', detail: 'x' },
    });
    operations.next = () => Promise.reject(new Error('inner words'));
    const ours = await ask('/v1/operations/session.get', { body: '{}' });
    assert.equal(ours.status, 500);
    assert.ok(!ours.text.includes('inner words'));
  });

  it('refuses what it cannot understand', async () => {
    operations.next = () => Promise.resolve({});
    const at = '/v1/operations/session.get';
    assert.deepEqual(await refusal(at, { body: '{"half' }), [400, 'invalid-input']);
    assert.deepEqual(await refusal(at, { body: 'x', headers: { 'content-type': 'text/plain' } }), [
      415,
      'invalid-input',
    ]);
    assert.deepEqual(await refusal(at, { body: '{', headers: { 'content-length': '5000000' } }), [
      413,
      'invalid-input',
    ]);
    assert.deepEqual(await refusal(at, { headers: { 'x-flotilla-actor': '{"face":"nobody"}' } }), [
      400,
      'invalid-input',
    ]);
    assert.deepEqual(await refusal('/v1/nothing', { body: '{}' }), [404, 'unknown-operation']);
    assert.deepEqual(await refusal('/v1/events?after=x', { method: 'GET' }), [400, 'invalid-input']);
    assert.equal(operations.contexts.length, 0);
  });

  it('refuses web pages', async () => {
    const headers = { origin: 'http://localhost:8080' };
    assert.deepEqual(await refusal('/v1/hello', { method: 'GET', headers }), [403, 'invalid-input']);
  });

  it('tells an operation that whoever asked has gone', async () => {
    const leaving = new AbortController();
    const aborted = new Promise<void>((resolve) => {
      operations.next = async (_input, { signal }) => {
        leaving.abort();
        await once(signal, 'abort');
        resolve();
        return {};
      };
    });
    await assert.rejects(ask('/v1/operations/session.diff', { body: '{}', signal: leaving.signal }), {
      name: 'AbortError',
    });
    await aborted;
  });

  it('counts faces and is idle when nobody is there', async () => {
    assert.ok(server.idle());
    const seen = Promise.withResolvers<object>();
    operations.next = () => {
      if (operations.contexts.length === 3) seen.resolve({ faces: server.faces(), idle: server.idle() });
      return seen.promise;
    };
    const asked = (face: string) => ask('/v1/operations/x', { body: '{}', headers: { 'x-flotilla-face': face } });
    const answers = await Promise.all([asked('one'), asked('one'), asked('two')]);
    assert.deepEqual(JSON.parse(answers[0].text), { faces: 2, idle: false });
    await eventually(() => server.idle());
  });

  it('finishes what runs before it closes, and takes nothing new', async () => {
    const running = Promise.withResolvers<undefined>();
    operations.next = async () => {
      await running.promise;
      return { finished: true };
    };
    const first = ask('/v1/operations/x', { body: '{}' });
    await eventually(() => operations.contexts.length === 1);
    const closing = server.close(60_000);
    assert.deepEqual(await refusal('/v1/operations/x', { body: '{}' }), [503, 'engine-busy']);
    assert.deepEqual(await refusal('/v1/hello', { method: 'GET' }), [503, 'engine-busy']);
    running.resolve(undefined);
    assert.equal((await first).text, '{"finished":true}');
    await closing;
  });

  it('aborts what does not end in time', async () => {
    operations.next = async (_input, { signal }) => {
      await once(signal, 'abort');
      throw new FlotillaError('cancelled', 'The operation was cancelled.');
    };
    const first = refusal('/v1/operations/x', { body: '{}' });
    await eventually(() => operations.contexts.length === 1);
    await server.close(50);
    assert.deepEqual(await first, [422, 'engine-unreachable']);
  });

  it('says that events which are not kept are gone', async () => {
    for (let count = 0; count < 5; count++)
      store.journal.append(testActor, undefined, { type: 'engine.started', data: { version: '1' } });
    const last = store.journal.lastSeq();
    store.journal.trim({ rows: 1, mostRows: 1, days: 1 });
    const gone = [410, 'not-in-this-state'];
    assert.deepEqual(await refusal(`/v1/events?after=${last - 3}`, { method: 'GET' }), gone);
    assert.deepEqual(await refusal(`/v1/events?after=${last + 1}`, { method: 'GET' }), gone);
  });
});

describe('the place of the socket', () => {
  const { folder, remove } = temporaryFolder();
  after(remove);
  const start = (socketPath: string): Promise<Server> => {
    const { store } = Store.open(path.join(folder, 'flotilla.db'), silentLog);
    const terminals = { attach: () => Promise.reject(new Error('not faked in this test')) };
    const operations = new FakeOperations();
    return startServer({ socketPath, operations, journal: store.journal, terminals, hello, log: silentLog });
  };

  it('must have a path that every system allows', async () => {
    const long = path.join(folder, 'x'.repeat(100), 'engine.sock');
    await assert.rejects(start(long), (error) => FlotillaError.is(error, 'config-invalid'));
  });

  it('is taken over from an engine that is gone', async () => {
    const socketPath = path.join(folder, 'stale', 'engine.sock');
    const server = await start(socketPath);
    await server.close();
    writeFileSync(socketPath, '');
    await (await start(socketPath)).close();
  });

  it('is made private when it was not', async () => {
    const socketPath = path.join(folder, 'open', 'engine.sock');
    await (await start(socketPath)).close();
    chmodSync(path.dirname(socketPath), 0o755);
    await (await start(socketPath)).close();
    assert.equal(statSync(path.dirname(socketPath)).mode & 0o777, 0o700);
  });

  it('is not a folder of somebody else', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const { chownSync, mkdirSync } = await import('node:fs');
    const foreign = path.join(folder, 'foreign');
    mkdirSync(foreign);
    chownSync(foreign, 12345, 12345);
    await assert.rejects(start(path.join(foreign, 'engine.sock')), /belongs to somebody else/);
  });
});
