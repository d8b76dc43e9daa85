import type { PanelMessage, PanelUpdate } from '../../protocol/panel.ts';
import { type OpenTerminal, TerminalStream } from '../terminal/terminalStream.ts';

type TerminalWord = Extract<PanelMessage, { type: 'showTerminal' | 'input' | 'focus' | 'resize' | 'ack' }>;

/** Joins a panel's terminal to the engine's stream while it is on show. */
export class PanelTerminal {
  readonly #stream: TerminalStream;

  constructor(open: OpenTerminal, post: (update: PanelUpdate) => void, isActive: () => boolean) {
    this.#stream = new TerminalStream(open, {
      snapshot: (stream, size) => post({ type: 'terminalSnapshot', stream, size, active: isActive() }),
      // A copy: of a view VS Code would send all that lies behind it, and of a Buffer a list of numbers.
      bytes: (stream, bytes) => post({ type: 'terminalBytes', stream, bytes: new Uint8Array(bytes) }),
      size: (stream, size) => post({ type: 'terminalSize', stream, size }),
      off: (message, isConnecting) => post({ type: 'terminalOff', message, isConnecting }),
    });
  }

  receive(word: TerminalWord): void {
    if (word.type === 'showTerminal') this.#show(word.shown);
    else if (word.type === 'input') this.#stream.input(Buffer.from(word.data, word.encoding));
    else if (word.type === 'ack') this.#stream.acknowledge(word.stream, word.bytes);
    else this.#stream.send(word);
  }

  /** The session has changed: what was refused may be possible now. */
  retry(): void {
    this.#stream.retry();
  }

  stop(): void {
    this.#stream.stop();
  }

  #show(isShown: boolean): void {
    this.#stream.stop();
    if (isShown) this.#stream.start();
  }
}
