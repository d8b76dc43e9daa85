import type { PanelMessage, PanelUpdate } from '../../protocol/panel.ts';
import { type OpenTerminal, TerminalStream } from '../terminal/terminalStream.ts';

type TerminalWord = Extract<PanelMessage, { type: 'showTerminal' | 'input' | 'focus' | 'resize' | 'ack' }>;

/** Joins a panel's terminal to the engine's stream while it is on show. */
export class PanelTerminal {
  readonly #stream: TerminalStream;
  readonly #post: (update: PanelUpdate) => void;
  /** What came before the page was there to take it; not much, because nobody acknowledges it. */
  #held: PanelUpdate[] | undefined;
  #wasShown = false;

  constructor(open: OpenTerminal, post: (update: PanelUpdate) => void, isActive: () => boolean) {
    this.#post = post;
    this.#stream = new TerminalStream(open, {
      snapshot: (stream, size) => this.#say({ type: 'terminalSnapshot', stream, size, active: isActive() }),
      // A copy: of a view VS Code would send all that lies behind it, and of a Buffer a list of numbers.
      bytes: (stream, bytes) => this.#say({ type: 'terminalBytes', stream, bytes: new Uint8Array(bytes) }),
      size: (stream, size) => this.#say({ type: 'terminalSize', stream, size }),
      off: (message, isConnecting) => this.#say({ type: 'terminalOff', message, isConnecting }),
    });
  }

  receive(word: TerminalWord): void {
    if (word.type === 'showTerminal') this.#show(word.shown);
    else if (word.type === 'input') this.#stream.input(Buffer.from(word.data, word.encoding));
    else if (word.type === 'ack') this.#stream.acknowledge(word.stream, word.bytes);
    else this.#stream.send(word);
  }

  /** The page is being made: if it will show the terminal again, the picture is fetched meanwhile. */
  prepare(): void {
    if (!this.#wasShown || this.#held !== undefined) return;
    this.#held = [];
    this.#stream.start();
  }

  /** The session has changed: what was refused may be possible now. */
  retry(): void {
    this.#stream.retry();
  }

  stop(): void {
    this.#held = undefined;
    this.#stream.stop();
  }

  #show(isShown: boolean): void {
    this.#wasShown = isShown;
    const held = this.#held;
    if (!isShown || held === undefined) this.stop();
    this.#held = undefined;
    if (!isShown) return;
    for (const update of held ?? []) this.#post(update);
    this.#stream.start();
  }

  #say(update: PanelUpdate): void {
    if (this.#held === undefined) this.#post(update);
    else this.#held.push(update);
  }
}
