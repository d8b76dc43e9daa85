import assert from 'node:assert/strict';
import path from 'node:path';
import { connectTerminal, type TerminalHandlers } from '../../../src/client/terminalConnection.ts';
import { EngineError } from '../../../src/client/engineError.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { type Server, startServer } from '../../../src/engine/server/server.ts';
import { Store } from '../../../src/engine/store/store.ts';
import type { Terminals, Viewer } from '../../../src/engine/terminal/viewer.ts';
import type { ViewerMessage } from '../../../src/protocol/terminal.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/storedSession.ts';

const size = { cols: 80, rows: 24 };

class EchoTerminals implements Terminals {
  readonly received: ViewerMessage[] = [];
  detached = 0;
  viewer: Viewer | undefined;
  attach(_sessionId: string, viewer: Viewer): ReturnType<Terminals['attach']> {
    this.viewer = viewer;
    viewer.message({ type: 'snapshot', size, bytes: 4 });
    viewer.bytes(Buffer.from('snap'));
    return Promise.resolve({
      input: (bytes: Uint8Array) => {
        viewer.bytes(bytes);
      },
      receive: (message: ViewerMessage) => this.received.push(message),
      close: () => {
        this.detached++;
      },
    });
  }
}

describe('a connection to a terminal', () => {
  // A space in the path: a socket's path must not pass through a URL.
  const { folder, remove } = temporaryFolder();
  const socketPath = path.join(folder, 'my run', 'engine.sock');
  let terminals: EchoTerminals;
  let server: Server;
  let store: Store;
  const heard: string[] = [];
  const handlers: TerminalHandlers = {
    message: ({ type }) => heard.push(type),
    bytes: (chunk) => heard.push(Buffer.from(chunk).toString()),
    closed: (error) => heard.push(`closed ${error?.code ?? 'in peace'}`),
  };
  const until = (last: string): Promise<void> =>
    eventually(
      () => heard.at(-1) === last,
      () => heard.join(', '),
    );

  beforeEach(async () => {
    heard.length = 0;
    terminals = new EchoTerminals();
    store = Store.open(path.join(folder, 'flotilla.db'), silentLog).store;
    const hello = {
      name: 'flotilla',
      version: '1',
      protocol: 1,
      pid: 1,
      startedAt: '2026-01-01T00:00:00.000Z',
    } as const;
    const operations = { run: () => Promise.reject(new Error('not faked in this test')) };
    server = await startServer({ socketPath, operations, journal: store.journal, terminals, hello, log: silentLog });
  });
  afterEach(async () => {
    await server.close(0);
    store.close();
  });
  after(remove);

  it('gets the snapshot, types and speaks, and leaves', async () => {
    const connection = await connectTerminal(socketPath, 'abcd2345', handlers);
    connection.input(Buffer.from('typed'));
    connection.send({ type: 'ack', bytes: 4 });
    await until('typed');
    assert.deepEqual(heard, ['snapshot', 'snap', 'typed']);
    connection.close();
    await until('closed in peace');
    await eventually(() => terminals.detached === 1);
    assert.deepEqual(terminals.received, [{ type: 'ack', bytes: 4 }]);
  });

  it('hears the end of the terminal', async () => {
    await connectTerminal(socketPath, 'abcd2345', handlers);
    terminals.viewer?.message({ type: 'ended', message: 'Claude has left.' });
    await until('closed in peace');
    assert.deepEqual(heard.slice(-2), ['ended', 'closed in peace']);
  });

  it('hears that the engine leaves', async () => {
    await connectTerminal(socketPath, 'abcd2345', handlers);
    await server.close(0);
    await until('closed engine-unreachable');
  });

  it('carries much output unharmed', async () => {
    let bytes = 0;
    await connectTerminal(socketPath, 'abcd2345', { ...handlers, bytes: (chunk) => (bytes += chunk.length) });
    for (let count = 0; count < 200; count++) terminals.viewer?.bytes(Buffer.alloc(64 * 1024, 'x'));
    await eventually(
      () => bytes >= 200 * 64 * 1024 + 4,
      () => `${String(bytes)} bytes`,
    );
    assert.equal(bytes, 200 * 64 * 1024 + 4);
  });

  it('fails clearly where no engine is', async () => {
    const nowhere = connectTerminal(path.join(folder, 'nothing.sock'), 'abcd2345', handlers);
    await assert.rejects(nowhere, (error) => EngineError.is(error, 'engine-unreachable'));
  });
});
