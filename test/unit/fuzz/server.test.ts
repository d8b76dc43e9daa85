import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import path from 'node:path';
import fc from 'fast-check';
import * as z from 'zod';
import { errorBodySchema } from '../../../src/protocol/errors.ts';
import { type OperationName, operations } from '../../../src/protocol/operations.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import type { OperationHandlers } from '../../../src/engine/operations/context.ts';
import { OperationTable } from '../../../src/engine/operations/table.ts';
import { type Server, startServer } from '../../../src/engine/server/server.ts';
import { Store } from '../../../src/engine/store/store.ts';
import { damaged, fuzz, hostileRecord, hostileText, hostileValue } from '../../support/fuzz.ts';
import { temporaryFolder, testActor } from '../../support/storedSession.ts';

const answered = z.strictObject({ error: errorBodySchema });
const refused = new FlotillaError('not-in-this-state', 'It was understood.');
const names = Object.keys(operations) as OperationName[];

/** Inputs of an operation with fields that it knows and values that it does not expect. */
function inputOf(name: OperationName): fc.Arbitrary<unknown> {
  const keys = Object.keys(operations[name].input.shape);
  return keys.length === 0 ? hostileValue : fc.oneof({ weight: 4, arbitrary: hostileRecord(keys) }, hostileValue);
}
const asked = fc.constantFrom(...names).chain((name) => fc.tuple(fc.constant(name), inputOf(name)));

describe('fuzzed: what faces ask of the engine', () => {
  const { folder, remove } = temporaryFolder();
  const socketPath = path.join(folder, 'run', 'engine.sock');
  const taken: [string, unknown][] = [];
  // What gets as far as a handler is of its schema's shape; the handlers themselves are not what is tried here.
  const handlers = Object.fromEntries(
    names.map((name) => [
      name,
      (input: unknown) => {
        taken.push([name, input]);
        return Promise.reject(refused);
      },
    ]),
  ) as unknown as OperationHandlers;
  const table = new OperationTable(handlers, Promise.resolve(), silentLog);
  let server: Server;
  let store: Store;

  before(async () => {
    store = Store.open(path.join(folder, 'flotilla.db'), silentLog).store;
    server = await startServer({
      ...{ socketPath, operations: table, journal: store.journal, log: silentLog },
      terminals: { attach: () => Promise.reject(refused) },
      hello: { name: 'flotilla', version: '1.2.3', protocol: 1, pid: 1, startedAt: '2026-01-01T00:00:00.000Z' },
    });
  });
  after(async () => {
    await server.close(100);
    store.close();
    remove();
  });

  it('is refused with a sentence that repeats nothing of it, or is of the shape that was promised', () =>
    fuzz(asked, async ([name, input]) => {
      taken.length = 0;
      const secret = 'sk-ant-api03-never-to-be-repeated';
      const withSecret =
        typeof input === 'object' && input !== null && !Array.isArray(input) ? { ...input, credential: secret } : input;
      for (const one of [input, withSecret]) {
        const error: unknown = await table
          .run(name, one, { actor: testActor, signal: new AbortController().signal })
          .catch((reason: unknown) => reason);
        assert.ok(error instanceof FlotillaError);
        if (error !== refused) assert.equal(error.code, 'invalid-input');
        assert.ok(error.message.length < 3500 && !error.message.includes(secret), error.message);
      }
      for (const [of, parsed] of taken) assert.ok(names.includes(of as OperationName) && typeof parsed === 'object');
    }));

  async function ask(
    method: string,
    at: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<[number, string]> {
    const sending = request({ socketPath, method, path: at, headers, agent: false });
    sending.end(body);
    const [response] = z.tuple([z.custom<IncomingMessage>()]).parse(await once(sending, 'response'));
    return [response.statusCode ?? 0, Buffer.concat(await response.toArray()).toString()];
  }

  const actor = JSON.stringify(testActor);
  const body = fc.oneof(
    asked.map(([, input]) => JSON.stringify(input)),
    damaged([
      '{"session":"bcdfghjk","text":"go on"}',
      '{"__proto__":{"a":1}}',
      '{"constructor":{"prototype":{"a":1}}}',
    ]),
    hostileText,
  );

  it('over the socket is answered as documented, whatever its body and its actor', () =>
    fuzz(
      fc.tuple(fc.constantFrom(...names), body, fc.oneof(fc.constant(actor), damaged([actor]))),
      async ([name, text, who]) => {
        const plain = who.replace(/[^\x20-\x7e]/g, '?');
        const headers = { 'x-flotilla-actor': plain, 'content-type': 'application/json' };
        const [status, answer] = await ask('POST', `/v1/operations/${name}`, headers, text);
        const { error } = answered.parse(JSON.parse(answer));
        assert.ok(status >= 400 && status < 500, `${String(status)} ${answer}`);
        assert.notEqual(error.kind, 'internal');
      },
    ));

  it('at any other path is refused as documented', () => {
    const segments = fc.constantFrom(
      'v1',
      'operations',
      'session.get',
      'events',
      'terminals',
      '..',
      '%2e',
      '%00',
      '%',
      '__proto__',
      'constructor',
      '?after=',
      '-1',
      '1e9',
    );
    const paths = fc.array(
      fc.oneof(
        segments,
        hostileText.map((text) => encodeURIComponent(text.toWellFormed()).slice(0, 500)),
      ),
      { maxLength: 5 },
    );
    return fuzz(
      fc.tuple(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'), paths),
      async ([method, parts]) => {
        const at = `/${parts.join('/')}`;
        if (/^\/v1\/events(\?|$)/.test(at) && method === 'GET') return;
        const [status, answer] = await ask(
          method,
          at,
          { 'x-flotilla-actor': actor, 'content-type': 'application/json' },
          method === 'POST' ? '{}' : undefined,
        );
        assert.ok(status >= 400 && status < 500, `${method} ${at}: ${String(status)} ${answer}`);
        assert.notEqual(answered.parse(JSON.parse(answer)).error.kind, 'internal');
      },
    );
  });
});
