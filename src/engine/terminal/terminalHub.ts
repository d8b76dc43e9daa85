import type { TerminalSize } from '../../protocol/terminal.ts';
import { FlotillaError, cancelled } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Exec } from '../runtime/contract.ts';
import { LiveTerminal } from './liveTerminal.ts';
import type { Terminals, Viewer, ViewerHandle } from './viewer.ts';

/** Opens the one attach stream of a session: a TTY exec of this size. Rejects with `unknown-session` or `not-in-this-state`. */
export type OpenTerminal = (sessionId: string, size: TerminalSize, signal: AbortSignal) => Promise<Exec>;

export interface TerminalHubOptions {
  readonly open: OpenTerminal;
  readonly log: Log;
  /** How long a stream without viewers is kept, in milliseconds; default 30 seconds. */
  readonly keepMs?: number | undefined;
}

/** The size before a viewer with the focus has said its own. */
const defaultSize: TerminalSize = { cols: 120, rows: 32 };
/** Sessions whose last size is remembered. */
const maxRemembered = 1000;

interface Entry {
  readonly terminal: Promise<LiveTerminal>;
  readonly abort: AbortController;
  /** Viewers whose attach has not come through yet. */
  waiting: number;
  linger?: NodeJS.Timeout | undefined;
}

/** The terminals of all sessions: one stream each, opened with the first viewer and kept for a while after the last. */
export class TerminalHub implements Terminals {
  readonly #open: OpenTerminal;
  readonly #log: Log;
  readonly #keepMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #sizes = new Map<string, TerminalSize>();
  #closed = false;

  constructor(options: TerminalHubOptions) {
    this.#open = options.open;
    this.#log = options.log;
    this.#keepMs = options.keepMs ?? 30_000;
  }

  async attach(sessionId: string, viewer: Viewer): Promise<ViewerHandle> {
    if (this.#closed) throw new FlotillaError('engine-busy', 'The engine is leaving. Attach again in a moment.');
    const entry = this.#entries.get(sessionId) ?? this.#start(sessionId);
    clearTimeout(entry.linger);
    entry.waiting += 1;
    try {
      const terminal = await entry.terminal;
      if (terminal.ended) throw new FlotillaError('not-in-this-state', 'The terminal has just ended. Attach again.');
      return terminal.add(viewer);
    } finally {
      entry.waiting -= 1;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const ends = [...this.#entries].map(([id, entry]) => this.#end(id, entry, 'The engine is leaving.'));
    await Promise.all(ends);
  }

  #start(sessionId: string): Entry {
    const abort = new AbortController();
    const entry: Entry = { terminal: this.#connect(sessionId, abort.signal), abort, waiting: 0 };
    this.#entries.set(sessionId, entry);
    entry.terminal.catch(() => {
      this.#forget(sessionId, abort.signal);
    });
    return entry;
  }

  async #connect(sessionId: string, signal: AbortSignal): Promise<LiveTerminal> {
    const log = this.#log.with({ sessionId });
    const size = this.#sizes.get(sessionId) ?? defaultSize;
    const exec = await this.#open(sessionId, size, signal);
    if (signal.aborted) {
      await exec.kill();
      throw cancelled('Attaching');
    }
    const terminal = new LiveTerminal({
      exec,
      size,
      log,
      onIdle: () => {
        this.#linger(sessionId, signal);
      },
      onEnd: () => {
        this.#remember(sessionId, terminal.size);
        this.#forget(sessionId, signal);
      },
    });
    return terminal;
  }

  /** The entry that belongs to this signal: after an await another one may stand in its place. */
  #current(sessionId: string, signal: AbortSignal): Entry | undefined {
    const entry = this.#entries.get(sessionId);
    return entry?.abort.signal === signal ? entry : undefined;
  }

  #forget(sessionId: string, signal: AbortSignal): void {
    const entry = this.#current(sessionId, signal);
    clearTimeout(entry?.linger);
    if (entry !== undefined) this.#entries.delete(sessionId);
  }

  #linger(sessionId: string, signal: AbortSignal): void {
    const entry = this.#current(sessionId, signal);
    if (entry === undefined) return;
    clearTimeout(entry.linger);
    entry.linger = setTimeout(() => {
      void this.#endUnseen(sessionId, entry);
    }, this.#keepMs);
    entry.linger.unref();
  }

  async #endUnseen(sessionId: string, entry: Entry): Promise<void> {
    const terminal = await entry.terminal;
    if (entry.waiting === 0 && terminal.viewers === 0) await this.#end(sessionId, entry, 'Nobody looks any more.');
  }

  async #end(sessionId: string, entry: Entry, message: string): Promise<void> {
    clearTimeout(entry.linger);
    if (this.#entries.get(sessionId) === entry) this.#entries.delete(sessionId);
    entry.abort.abort();
    try {
      const terminal = await entry.terminal;
      await terminal.end(message);
    } catch {
      // It never came to be: whoever waits for it has been told.
    }
  }

  #remember(sessionId: string, size: TerminalSize): void {
    this.#sizes.delete(sessionId);
    this.#sizes.set(sessionId, size);
    const [oldest] = this.#sizes.keys();
    if (this.#sizes.size > maxRemembered && oldest !== undefined) this.#sizes.delete(oldest);
  }
}
