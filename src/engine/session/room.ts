import type { TerminalSize } from '../../protocol/terminal.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import type { Credentials } from '../gateway/credentials.ts';
import type { Gateway, Trouble } from '../gateway/gateway.ts';
import type { UsageDelta } from '../gateway/usageMeter.ts';
import type { Exec, Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import { SessionBook } from './book.ts';
import { Creation } from './creation.ts';
import { Endings } from './endings.ts';
import { DataFolders } from './folders.ts';
import { GatewayNews } from './gatewayNews.ts';
import { Homecoming } from './homecoming.ts';
import { Launches } from './launches.ts';
import { Lives } from './lives.ts';
import { MakingNotes } from './makingNotes.ts';
import { Orphans } from './orphans.ts';
import { Pushing } from './pushing.ts';
import { reconcile } from './reconcile.ts';
import { SessionReports } from './reports.ts';
import { Repositories } from './repositories.ts';
import { Serial } from './serial.ts';
import { Sessions } from './sessions.ts';
import { Starter } from './starter.ts';
import { openTerminal } from './openTerminal.ts';

export interface SessionRoomParts {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly gateway: Gateway;
  readonly credentials: Credentials;
  readonly dataFolder: string;
  readonly log: Log;
}

/** Puts the session room together: the state machine and what moves it. */
export class SessionRoom {
  readonly sessions: Sessions;
  readonly reports: SessionReports;
  readonly orphans: Orphans;
  readonly #parts: SessionRoomParts;
  readonly #book: SessionBook;
  readonly #serial = new Serial();
  readonly #lives: Lives;
  readonly #launches: Launches;
  readonly #endings: Endings;
  readonly #news: GatewayNews;
  readonly #watches: Closable[];

  constructor(parts: SessionRoomParts) {
    const { store, runtime, gateway, credentials, dataFolder, log } = parts;
    this.#parts = parts;
    const folders = new DataFolders(dataFolder);
    const repositories = new Repositories(folders);
    const book = new SessionBook(store, log);
    const homecoming = new Homecoming({ book, runtime, repositories, marks: store.documents, log });
    const pushing = new Pushing({ book, homecoming, repositories });
    const makings = new MakingNotes(store);
    const serial = this.#serial;
    this.#book = book;
    this.#endings = new Endings({
      book,
      runtime,
      homecoming,
      serial,
      log,
      waiting: (id) => store.followUps.count(id),
      goOn: (id) => {
        this.sessions.goOn(id);
      },
    });
    this.#lives = new Lives({ store, book, gateway, folders, homecoming, log }, (id, end) => {
      this.#endings.claudeEnded(id, end);
    });
    const starter = new Starter({ book, runtime, folders, repositories, log });
    this.#launches = new Launches({
      book,
      runtime,
      starter,
      lives: this.#lives,
      serial,
      log,
      hasCredentials: () => credentials.kind !== 'none',
    });
    this.sessions = new Sessions({
      store,
      book,
      runtime,
      homecoming,
      pushing,
      repositories,
      folders,
      serial,
      makings,
      creation: new Creation(store, repositories),
      launches: this.#launches,
      lives: this.#lives,
    });
    this.reports = new SessionReports(store, repositories, homecoming);
    this.orphans = new Orphans({ store, runtime, homecoming });
    this.#news = new GatewayNews(book, this.#lives);
    this.#watches = [
      credentials.onChange(() => {
        if (credentials.kind !== 'none') this.sessions.credentialsCame();
      }),
      runtime.watch((event) => {
        this.#endings.environmentEvent(event, this.#lives);
      }),
    ];
  }

  /** Something of a session runs that needs an engine: a Claude, a start, an end. */
  busy(): boolean {
    return this.#lives.size > 0 || this.#launches.size > 0 || this.#serial.size > 0;
  }

  usage(id: string, delta: UsageDelta): void {
    this.#news.usage(id, delta);
  }

  trouble(id: string, trouble: Trouble): void {
    this.#news.trouble(id, trouble);
  }

  /** A terminal in the session's environment, on its live Claude. Rejects with `not-in-this-state` when none runs interactively. */
  openTerminal(
    id: string,
    command: readonly [string, ...string[]],
    size: TerminalSize,
    signal: AbortSignal,
  ): Promise<Exec> {
    return openTerminal({
      session: this.#parts.store.sessions.find(id),
      runtime: this.#parts.runtime,
      command,
      size,
      signal,
    });
  }

  reconcile(signal: AbortSignal): Promise<void> {
    const { store, runtime, log } = this.#parts;
    return reconcile(
      { store, book: this.#book, runtime, lives: this.#lives, launches: this.#launches, sessions: this.sessions, log },
      signal,
    );
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) await watch.close();
    this.#endings.close();
    await this.#launches.leave();
    await this.#lives.leave();
    await this.#serial.drain();
  }
}
