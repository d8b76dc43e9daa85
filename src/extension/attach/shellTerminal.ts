import * as vscode from 'vscode';
import type { TerminalConnection, TerminalHandlers } from '../../client/terminalConnection.ts';
import type { TerminalMessage, TerminalSize } from '../../protocol/terminal.ts';
import { shellFilter } from './shellFilter.ts';

/** VS Code does not say when it has shown what it was given: output counts as shown after so many milliseconds. */
const shownAfterMs = 30;
/** An empty screen for a picture of all of it, which the engine sends when its output was faster than this viewer. */
const empty = '\x1b[?1049l\x1b[0m\x1b[2J\x1b[H';
const defaultSize: TerminalSize = { cols: 80, rows: 24 };

/** A shell in a session's environment, in VS Code's own terminal view. It ends with the view, and the view with it. */
export class ShellTerminal implements vscode.Pseudoterminal {
  readonly #join: (handlers: TerminalHandlers) => Promise<TerminalConnection>;
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<void>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;
  #size = defaultSize;
  #connection: TerminalConnection | undefined;
  #typed: Uint8Array[] = [];
  #isClosed = false;
  /** It has said why it ended, and waits until that is read. */
  #isRead = true;

  constructor(join: (handlers: TerminalHandlers) => Promise<TerminalConnection>) {
    this.#join = join;
  }

  open(size: vscode.TerminalDimensions | undefined): void {
    if (size !== undefined) this.#size = sizeOf(size);
    void this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
  }

  setDimensions(size: vscode.TerminalDimensions): void {
    this.#size = sizeOf(size);
    this.#connection?.send({ type: 'focus', size: this.#size });
  }

  handleInput(data: string): void {
    const bytes = Buffer.from(data);
    if (!this.#isRead) this.#closed.fire();
    else if (this.#connection === undefined) this.#typed.push(bytes);
    else this.#connection.input(bytes);
  }

  async #connect(): Promise<void> {
    try {
      const connection = await this.#join({
        message: (message) => {
          this.#receive(message);
        },
        bytes: (chunk) => {
          this.#written.fire(shellFilter(chunk));
          setTimeout(() => this.#connection?.send({ type: 'ack', bytes: chunk.length }), shownAfterMs);
        },
        closed: (error) => {
          this.#end(error?.message);
        },
      });
      if (this.#isClosed) connection.close();
      else this.#begin(connection);
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #begin(connection: TerminalConnection): void {
    this.#connection = connection;
    connection.send({ type: 'focus', size: this.#size });
    for (const bytes of this.#typed.splice(0)) connection.input(bytes);
  }

  #receive(message: TerminalMessage): void {
    if (message.type === 'ended') this.#end();
    else if (message.type === 'snapshot') this.#written.fire(empty);
  }

  /** With words the terminal stays until a key, so that they can be read. */
  #end(words?: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (words === undefined) this.#closed.fire();
    else {
      this.#isRead = false;
      this.#written.fire(`\r\n${words.replace(/\p{Cc}/gu, ' ')}\r\nPress a key to close the terminal.\r\n`);
    }
  }
}

const sizeOf = ({ columns, rows }: vscode.TerminalDimensions): TerminalSize => ({
  cols: Math.min(Math.max(columns, 2), 1000),
  rows: Math.min(Math.max(rows, 1), 1000),
});
