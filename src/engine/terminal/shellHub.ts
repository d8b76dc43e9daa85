import { sessionOfShell } from '../../protocol/terminal.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import { type OpenTerminal, TerminalHub } from './terminalHub.ts';
import type { Terminals, Viewer, ViewerHandle } from './viewer.ts';

export interface ShellHubOptions {
  /** The sessions' own terminals. */
  readonly sessions: Terminals & Closable;
  /** Opens a shell in a session's environment. */
  readonly open: OpenTerminal;
  readonly log: Log;
}

/** Milliseconds that a shell without its viewer is kept: one that is closed by hand is not missed. */
const keepMs = 2000;

/** The sessions' terminals, and beside them the shells that persons open in environments. */
export class ShellHub implements Terminals, Closable {
  readonly #sessions: Terminals & Closable;
  readonly #shells: TerminalHub;

  constructor({ sessions, open, log }: ShellHubOptions) {
    this.#sessions = sessions;
    this.#shells = new TerminalHub({
      open: (id, size, signal) => open(sessionOfShell(id) ?? id, size, signal),
      keepMs,
      log,
    });
  }

  attach(terminalId: string, viewer: Viewer): Promise<ViewerHandle> {
    return sessionOfShell(terminalId) === undefined
      ? this.#sessions.attach(terminalId, viewer)
      : this.#shells.attach(terminalId, viewer);
  }

  async close(): Promise<void> {
    await Promise.all([this.#sessions.close(), this.#shells.close()]);
  }
}
