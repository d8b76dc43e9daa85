import * as vscode from 'vscode';
import { terminalFilter } from '../../client/terminalFilter.ts';
import type { TerminalSize } from '../../protocol/terminal.ts';
import { type OpenTerminal, TerminalStream } from './terminalStream.ts';

/** An empty screen, the alternate one, as full-screen programs want it. */
const empty = '\x1bc\x1b[?1049h';
const focusGained = '\x1b[I';
/** When a terminal reports that it lost the focus, nobody typed. */
const focusLost = '\x1b[O';
/**
 * VS Code does not say when it has shown what it was given. Saying so ourselves a little later holds a flood to what its terminal
 * can take, in milliseconds.
 */
const shownAfterMs = 30;

/** A session's live terminal in VS Code's own terminal view. */
export class SessionTerminal implements vscode.Pseudoterminal {
  readonly #stream: TerminalStream;
  readonly #whenClosed: (terminal: SessionTerminal) => void;
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<void>();
  readonly #dimensions = new vscode.EventEmitter<vscode.TerminalDimensions | undefined>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;
  readonly onDidOverrideDimensions = this.#dimensions.event;
  #size: TerminalSize = { cols: 80, rows: 24 };
  #ownsSize = false;
  #isOff = true;
  #isRefused = false;
  /** Another viewer made the terminal larger than this one, which can't show it. */
  #isTooSmall = false;

  constructor(open: OpenTerminal, whenClosed: (terminal: SessionTerminal) => void) {
    this.#whenClosed = whenClosed;
    this.#stream = new TerminalStream(open, {
      snapshot: () => {
        this.#isOff = this.#isRefused = this.#isTooSmall = false;
        this.#written.fire(empty);
        this.#claimSize();
      },
      bytes: (stream, chunk) => {
        if (!this.#isTooSmall) this.#written.fire(Buffer.from(terminalFilter(chunk)).toString('utf8'));
        setTimeout(() => this.#stream.acknowledge(stream, chunk.length), shownAfterMs);
      },
      size: (_stream, size) => this.#showForeignSize(size),
      off: (message, isConnecting) => this.#showOff(message, isConnecting),
    });
  }

  open(size: vscode.TerminalDimensions | undefined): void {
    if (size !== undefined) this.#size = sizeOf(size);
    this.#stream.start();
  }

  close(): void {
    this.#stream.stop();
    this.#whenClosed(this);
  }

  setDimensions(size: vscode.TerminalDimensions): void {
    this.#size = sizeOf(size);
    this.#ownsSize = false;
    if (this.#isTooSmall) this.#begin();
    else this.#claimSize();
  }

  handleInput(data: string): void {
    if (this.#isRefused) {
      this.#stream.retry();
      return;
    }
    if (data === focusLost) return;
    if (this.#isTooSmall) {
      this.#begin();
      return;
    }
    this.#claimSize();
    if (data !== focusGained) this.#stream.input(Buffer.from(data));
  }

  /** The session has changed: what was refused may be possible now. */
  retry(): void {
    this.#stream.retry();
  }

  /** The session is gone, and the terminal with it. */
  end(): void {
    this.close();
    this.#closed.fire();
  }

  /** Joins anew: with a picture of the whole screen, whose size is ours from then on. */
  #begin(): void {
    this.#isTooSmall = false;
    this.#stream.stop();
    this.#stream.start();
  }

  /** VS Code shows a terminal smaller than its place when told to, but never larger. */
  #showForeignSize({ cols, rows }: TerminalSize): void {
    this.#ownsSize = false;
    const isTooSmall = cols > this.#size.cols || rows > this.#size.rows;
    if (isTooSmall)
      this.#written.fire(
        `${empty}Sized for another window (${cols} × ${rows}). Press a key to fit it to this one.\r\n`,
      );
    else if (this.#isTooSmall) this.#begin();
    if (!isTooSmall) this.#dimensions.fire({ columns: cols, rows });
    this.#isTooSmall = isTooSmall;
  }

  #claimSize(): void {
    if (this.#ownsSize || this.#isOff) return;
    this.#ownsSize = true;
    this.#dimensions.fire(undefined);
    this.#stream.send({ type: 'focus', size: this.#size });
  }

  #showOff(message: string, isConnecting: boolean): void {
    this.#isOff = true;
    this.#isRefused = !isConnecting;
    this.#ownsSize = false;
    const help = isConnecting ? '' : '\r\nPress a key to try again.';
    this.#written.fire(`\x1b[?1049l\x1b[0m\r\n${message.replace(/\p{Cc}/gu, ' ')}${help}\r\n`);
  }
}

const sizeOf = ({ columns, rows }: vscode.TerminalDimensions): TerminalSize => ({
  cols: Math.min(Math.max(columns, 2), 1000),
  rows: Math.min(Math.max(rows, 1), 1000),
});
