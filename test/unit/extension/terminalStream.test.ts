import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EngineError } from '../../../src/client/engineError.ts';
import type { TerminalConnection, TerminalHandlers } from '../../../src/client/terminalConnection.ts';
import type { PanelUpdate } from '../../../src/protocol/panel.ts';
import { PanelTerminal } from '../../../src/extension/panel/panelTerminal.ts';
import { TerminalStream } from '../../../src/extension/terminal/terminalStream.ts';
import { sleep } from '../../../src/engine/base/clock.ts';

const size = { cols: 80, rows: 24 };
const away = EngineError.of('engine-unreachable', 'away');
const stopped = EngineError.of('not-in-this-state', 'It is stopped.');

/** An engine's end of terminals: what is opened is settled by the test. */
class FakeTerminals {
  readonly opened: { readonly handlers: TerminalHandlers; readonly words: string[]; isClosed: boolean }[] = [];
  refusal: Error | undefined;

  readonly open = (handlers: TerminalHandlers): Promise<TerminalConnection> => {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    const one = { handlers, words: [] as string[], isClosed: false };
    this.opened.push(one);
    handlers.message({ type: 'snapshot', size, bytes: 4 });
    handlers.bytes(Buffer.from('snap'));
    return Promise.resolve({
      input: (bytes) => one.words.push(`input ${Buffer.from(bytes).toString()}`),
      send: (message) => one.words.push(message.type === 'ack' ? `ack ${message.bytes}` : message.type),
      close: () => {
        one.isClosed = true;
      },
    });
  };

  at(index: number): FakeTerminals['opened'][number] {
    const found = this.opened[index];
    assert.ok(found, `terminal ${index} was not opened`);
    return found;
  }
}

describe("a viewer's stream", () => {
  let terminals: FakeTerminals;
  let stream: TerminalStream;
  let heard: string[];
  const settle = (): Promise<void> => sleep(5);

  beforeEach(() => {
    terminals = new FakeTerminals();
    heard = [];
    stream = new TerminalStream(terminals.open, {
      snapshot: (number) => heard.push(`snapshot ${number}`),
      bytes: (number, chunk) => heard.push(`${Buffer.from(chunk).toString()} ${number}`),
      size: (number, { cols }) => heard.push(`size ${cols} ${number}`),
      off: (message, isConnecting) => heard.push(`off ${isConnecting ? 'connecting' : message}`),
    });
  });
  afterEach(() => stream.stop());

  it('begins with the picture, and carries what was said before the connection was there', async () => {
    stream.start();
    stream.send({ type: 'focus', size });
    stream.acknowledge(1, 4);
    await settle();
    stream.input(Buffer.from('x'));
    assert.deepEqual(heard, ['off connecting', 'snapshot 1', 'snap 1']);
    assert.deepEqual(terminals.at(0).words, ['focus', 'ack 4', 'input x']);
  });

  it('goes over the engine’s end, with another number, and drops acknowledgements of the stream before', async () => {
    stream.start();
    await settle();
    terminals.at(0).handlers.closed(away);
    stream.input(Buffer.from('typed meanwhile'));
    stream.acknowledge(1, 7);
    await sleep(250);
    assert.equal(terminals.opened.length, 2);
    stream.acknowledge(1, 9);
    stream.acknowledge(2, 4);
    terminals.at(0).handlers.bytes(Buffer.from('late'));
    assert.deepEqual(terminals.at(1).words, ['input typed meanwhile', 'ack 4']);
    assert.deepEqual(heard.slice(-3), ['off connecting', 'snapshot 2', 'snap 2']);
  });

  it('looks for an engine that is away until it is back', async () => {
    terminals.refusal = away;
    stream.start();
    await sleep(50);
    assert.equal(heard.at(-1), 'off connecting');
    terminals.refusal = undefined;
    await sleep(600);
    assert.equal(heard.at(-1), 'snap 2');
  });

  it('takes a refusal as final until the session has changed', async () => {
    terminals.refusal = stopped;
    stream.start();
    await sleep(300);
    assert.deepEqual(heard, ['off connecting', 'off It is stopped.']);
    terminals.refusal = undefined;
    stream.retry();
    await settle();
    assert.equal(heard.at(-1), 'snap 2');
    stream.retry();
    await settle();
    assert.equal(terminals.opened.length, 1);
  });

  it('leaves when it is stopped, also while it connects, and says nothing more', async () => {
    stream.start();
    stream.stop();
    await settle();
    assert.equal(terminals.at(0).isClosed, true);
    stream.input(Buffer.from('x'));
    terminals.at(0).handlers.bytes(Buffer.from('late'));
    terminals.at(0).handlers.closed(away);
    await sleep(250);
    assert.deepEqual(heard, ['off connecting', 'snapshot 1', 'snap 1']);
    assert.equal(terminals.opened.length, 1);
  });
});

describe("a panel's terminal", () => {
  const bed = (): { terminals: FakeTerminals; posted: PanelUpdate[]; terminal: PanelTerminal } => {
    const terminals = new FakeTerminals();
    const posted: PanelUpdate[] = [];
    return {
      terminals,
      posted,
      terminal: new PanelTerminal(
        terminals.open,
        (update) => posted.push(update),
        () => true,
      ),
    };
  };
  const kinds = (posted: readonly PanelUpdate[]): string[] => posted.map(({ type }) => type);

  it('streams while it is on show', async () => {
    const { terminals, posted, terminal } = bed();
    terminal.receive({ type: 'showTerminal', shown: true });
    await sleep(5);
    terminal.receive({ type: 'input', data: 'ü', encoding: 'utf8' });
    terminal.receive({ type: 'input', data: '\x80', encoding: 'latin1' });
    assert.deepEqual(terminals.at(0).words, ['input ü', 'input \ufffd']);
    assert.deepEqual(kinds(posted), ['terminalOff', 'terminalSnapshot', 'terminalBytes']);
    terminal.receive({ type: 'showTerminal', shown: false });
    assert.equal(terminals.at(0).isClosed, true);
  });

  it('hands over plain bytes, which VS Code sends as such', async () => {
    const { posted, terminal } = bed();
    terminal.receive({ type: 'showTerminal', shown: true });
    await sleep(5);
    const bytes = posted.find((update) => update.type === 'terminalBytes')?.bytes;
    assert.equal(bytes?.constructor, Uint8Array);
    assert.equal(bytes.buffer.byteLength, 4);
    terminal.stop();
  });

  it('fetches the picture before the page is there, and gives it to the page in order', async () => {
    const { terminals, posted, terminal } = bed();
    terminal.prepare();
    await sleep(5);
    assert.equal(terminals.opened.length, 0, 'the page never showed it');
    terminal.receive({ type: 'showTerminal', shown: true });
    await sleep(5);
    terminal.stop();
    posted.length = 0;
    terminal.prepare();
    await sleep(5);
    assert.deepEqual(kinds(posted), []);
    terminal.receive({ type: 'showTerminal', shown: true });
    assert.deepEqual(kinds(posted), ['terminalOff', 'terminalSnapshot', 'terminalBytes']);
    assert.equal(terminals.opened.length, 2);
    terminal.stop();
  });
});
