import type { TerminalMessage, ViewerMessage } from '../../protocol/terminal.ts';
import type { Closable } from '../base/lifecycle.ts';

/** Somebody who looks at a session's terminal. Only the headless screen answers the program's queries; a viewer swallows them. */
export interface Viewer {
  message(message: TerminalMessage): void;
  /** Terminal output. The viewer says with an `ack` message how much it has taken in. */
  bytes(chunk: Uint8Array): void;
}

/** A viewer's hold on a terminal. Closing it detaches the viewer; the terminal goes on. */
export interface ViewerHandle extends Closable {
  /** What the person typed. */
  input(bytes: Uint8Array): void;
  receive(message: ViewerMessage): void;
}

export interface Terminals {
  /** Attaches a viewer to a session's terminal. Rejects with `unknown-session` or `not-in-this-state`. */
  attach(sessionId: string, viewer: Viewer): Promise<ViewerHandle>;
}
