import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ViewerMessage } from '../../../src/protocol/terminal.ts';
import { FlotillaError } from '../../../src/engine/base/errors.ts';
import { silentLog } from '../../../src/engine/base/log.ts';
import { joinTerminal, type ViewerSocket } from '../../../src/engine/server/terminalViewer.ts';
import type { Terminals, Viewer, ViewerHandle } from '../../../src/engine/terminal/viewer.ts';

class FakeSocket extends EventEmitter implements ViewerSocket {
  readonly sent: (string | Uint8Array)[] = [];
  closed: [number, string] | undefined;
  isPaused = false;
  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }
  close(code: number, reason: string): void {
    this.closed ??= [code, reason];
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

class FakeTerminals implements Terminals {
  readonly typed: string[] = [];
  readonly received: ViewerMessage[] = [];
  viewer: Viewer | undefined;
  closed = 0;
  error: Error | undefined;

  async attach(_sessionId: string, viewer: Viewer): Promise<ViewerHandle> {
    await Promise.resolve();
    if (this.error !== undefined) throw this.error;
    this.viewer = viewer;
    return {
      input: (bytes) => this.typed.push(Buffer.from(bytes).toString()),
      receive: (message) => this.received.push(message),
      close: () => {
        this.closed++;
      },
    };
  }
}

describe('a viewer on a socket', () => {
  let socket: FakeSocket;
  let terminals: FakeTerminals;
  beforeEach(() => {
    socket = new FakeSocket();
    terminals = new FakeTerminals();
  });
  const join = (): Promise<void> => joinTerminal(socket, 'abcd2345', { terminals, log: silentLog });
  const text = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

  it('gets messages as text and output as bytes', async () => {
    await join();
    terminals.viewer?.message({ type: 'snapshot', size: { cols: 80, rows: 24 }, bytes: 2 });
    terminals.viewer?.bytes(Buffer.from('hi'));
    assert.deepEqual(socket.sent, ['{"type":"snapshot","size":{"cols":80,"rows":24},"bytes":2}', Buffer.from('hi')]);
  });

  it('types with bytes and speaks with text', async () => {
    await join();
    socket.emit('message', Buffer.from('ls\r'), true);
    socket.emit('message', text({ type: 'ack', bytes: 5 }), false);
    assert.deepEqual([terminals.typed, terminals.received], [['ls\r'], [{ type: 'ack', bytes: 5 }]]);
  });

  it('is not read before it is attached', async () => {
    const joining = join();
    assert.ok(socket.isPaused);
    await joining;
    assert.ok(!socket.isPaused);
  });

  it('is thrown out when it says what no viewer may say', async () => {
    for (const wrong of ['no json', { type: 'shutdown' }, { type: 'resize', size: { cols: 1e9, rows: 1 } }]) {
      socket = new FakeSocket();
      await join();
      socket.emit('message', text(wrong), false);
      assert.equal(socket.closed?.[0], 1008, JSON.stringify(wrong));
    }
    assert.deepEqual(terminals.received, []);
  });

  it('hears why it was refused', async () => {
    terminals.error = new FlotillaError('not-in-this-state', 'It has no terminal.');
    await join();
    assert.deepEqual(socket.sent, ['{"type":"ended","message":"It has no terminal."}']);
    assert.deepEqual(socket.closed, [4000, 'not-in-this-state']);
  });

  it('lets go of the terminal when it leaves, also while it is being attached', async () => {
    await join();
    socket.emit('close');
    assert.equal(terminals.closed, 1);
    socket = new FakeSocket();
    const joining = join();
    socket.emit('close');
    await joining;
    assert.equal(terminals.closed, 2);
  });

  it('is closed in peace when the terminal ends', async () => {
    await join();
    terminals.viewer?.message({ type: 'ended', message: 'Claude has left.' });
    assert.deepEqual(socket.closed, [1000, 'ended']);
  });
});
