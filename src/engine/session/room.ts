import type { TerminalSize } from '../../protocol/terminal.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import type { Access, Credentials } from '../gateway/credentials.ts';
import type { Gateway, Trouble } from '../gateway/gateway.ts';
import type { UsageDelta } from '../gateway/usageMeter.ts';
import type { Exec, Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import { SessionBook } from './book.ts';
import { Creation } from './creation.ts';
import { Crowding } from './crowding.ts';
import { Endings } from './endings.ts';
import { Departures } from './departures.ts';
import { DataFolders } from './folders.ts';
import { GatewayNews } from './gatewayNews.ts';
import { Halting } from './halting.ts';
import { Holds } from './holds.ts';
import { Homecoming } from './homecoming.ts';
import { Launches } from './launches.ts';
import { Lives } from './lives.ts';
import { MakingNotes } from './makingNotes.ts';
import { Orphans } from './orphans.ts';
import { Patience } from './patience.ts';
import { Pushing } from './pushing.ts';
import { reconcile } from './reconcile.ts';
import { SessionReports } from './reports.ts';
import { Repositories } from './repositories.ts';
import { Rests } from './rests.ts';
import { SessionFiles } from './sessionFiles.ts';
import { Serial } from '../base/serial.ts';
import { Sessions } from './sessions.ts';
import { Starter } from './starter.ts';
import { Wakes } from './wakes.ts';
import { openShell } from './openShell.ts';
import { openTerminal } from './openTerminal.ts';

export interface SessionRoomParts {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly gateway: Gateway;
  readonly credentials: Credentials;
  readonly dataFolder: string;
  readonly log: Log;
  /** How long after a session's end its environment rests, in milliseconds; ten minutes when absent. */
  readonly restAfter?: number | undefined;
  /** The first pause of a session that the API refuses without saying for how long, in milliseconds; a minute when absent. */
  readonly firstPause?: number | undefined;
}

/** What the parts of the room share. */
function commonOf({ store, runtime, dataFolder, log, restAfter }: SessionRoomParts) {
  const folders = new DataFolders(dataFolder);
  const repositories = new Repositories(folders);
  const book = new SessionBook(store, log);
  const homecoming = new Homecoming({ book, runtime, repositories, marks: store.documents, log });
  const serial = new Serial();
  const rests = new Rests({ book, runtime, homecoming, serial, log, restAfter });
  const pushing = new Pushing({ book, homecoming, repositories, marks: store.documents });
  const crowding = new Crowding({ book, runtime, log });
  const shared = { holds: new Holds(), departures: new Departures(), pushing, crowding };
  return { store, runtime, log, folders, repositories, book, homecoming, serial, rests, ...shared };
}

/** The parts of the room by which others see to sessions and their work. */
export type SessionWorkings = ReturnType<typeof commonOf> & { readonly lives: Lives; readonly sessions: Sessions };

/** Puts the session room together: the state machine and what moves it. */
export class SessionRoom {
  readonly sessions: Sessions;
  readonly reports: SessionReports;
  readonly orphans: Orphans;
  readonly files: SessionFiles;
  readonly #common: ReturnType<typeof commonOf>;
  readonly #lives: Lives;
  readonly #launches: Launches;
  readonly #endings: Endings;
  readonly #news: GatewayNews;
  readonly #watches: Closable[];
  readonly #credentials: Credentials;
  readonly #patience: Patience;
  readonly #wakes: Wakes;
  /** The newest credential that was there. */
  #access: Access | undefined;
  #isReconciled = false;

  constructor(parts: SessionRoomParts) {
    const common = commonOf(parts);
    const { store, book, repositories, homecoming } = common;
    this.#common = common;
    this.#credentials = parts.credentials;
    const goOn = (id: string): void => {
      if (!common.holds.has(id)) this.sessions.goOn(id);
    };
    const patience = new Patience({
      documents: store.documents,
      limitEnd: (id) => this.#news.limitEnd(id),
      forgetLimit: (id) => this.#news.begins(id),
      firstPause: parts.firstPause,
    });
    const wakes = new Wakes({ ...common, isAlive: (id) => this.#lives.has(id), goOn });
    this.#patience = patience;
    this.#wakes = wakes;
    this.#endings = new Endings({ ...common, patience, wakes, waiting: (id) => store.followUps.count(id), goOn });
    const lives: Lives = new Lives({ ...common, gateway: parts.gateway }, (id, end) => {
      this.#endings.claudeEnded(id, end, lives);
    });
    const halting = new Halting({ ...common, lives });
    const hasCredentials = (): boolean => parts.credentials.kind !== 'none';
    const launches = new Launches({ ...common, lives, patience, hasCredentials, starter: new Starter(common) });
    const makings = new MakingNotes(store);
    const creation = new Creation({ store, repositories, makings });
    this.#lives = lives;
    this.#launches = launches;
    this.sessions = new Sessions({ ...common, makings, creation, launches, lives, halting });
    this.reports = new SessionReports(store, repositories, homecoming);
    this.orphans = new Orphans(common);
    this.files = new SessionFiles(common);
    this.#news = new GatewayNews(book, lives);
    this.#watches = this.#watch(parts);
    common.departures.on((id, what) => {
      if (what === 'gone') this.#forget(id);
      return Promise.resolve();
    });
  }

  #forget(id: string): void {
    this.#news.forget(id);
    this.#patience.forget(id);
  }

  #watch({ credentials, runtime }: SessionRoomParts): Closable[] {
    return [
      credentials.onChange(() => {
        this.#credentialsChanged();
      }),
      runtime.watch((event) => this.#endings.environmentEvent(event, this.#lives)),
    ];
  }

  #credentialsChanged(): void {
    const { access } = this.#credentials;
    if (!this.#isReconciled || access === undefined) return;
    const isAnother = this.#access !== undefined;
    this.#access = access;
    this.#patience.credentialCame();
    if (isAnother) this.#news.credentialCame();
    this.sessions.credentialsCame();
    this.#wakes.credentialCame(isAnother);
  }

  /** What other rooms need that work on sessions and their environments. */
  get workings(): SessionWorkings {
    return { ...this.#common, lives: this.#lives, sessions: this.sessions };
  }

  /** Something of a session runs that needs an engine: a Claude, a start, an end, an environment that is to be put to rest. */
  busy(): boolean {
    const { serial, rests } = this.#common;
    return this.#lives.size > 0 || this.#launches.size > 0 || serial.size > 0 || rests.size > 0 || this.#wakes.size > 0;
  }

  usage(id: string, delta: UsageDelta): void {
    this.#noted(id, () => this.#news.usage(id, delta));
  }

  trouble(id: string, trouble: Trouble): void {
    this.#noted(id, () => this.#news.trouble(id, trouble));
  }

  /** What can't be written down, on a full disk for example, must not keep Claude from its answer. */
  #noted(id: string, note: () => void): void {
    try {
      note();
    } catch (error) {
      this.#common.log.error('news of the API could not be noted', { session: id, error });
    }
  }

  /** A terminal in the session's environment, on its live Claude. Rejects with `not-in-this-state` when none runs interactively. */
  openTerminal(
    id: string,
    command: readonly [string, ...string[]],
    size: TerminalSize,
    signal: AbortSignal,
  ): Promise<Exec> {
    const { store, runtime } = this.#common;
    return openTerminal({ session: store.sessions.find(id), runtime, command, size, signal });
  }

  /** A shell in the session's environment. */
  async openShell(id: string, size: TerminalSize, signal: AbortSignal): Promise<Exec> {
    const { store, runtime, rests } = this.#common;
    const session = store.sessions.find(id);
    const shell = await openShell({ session, runtime, size, signal });
    rests.keepUp(session.id, shell.exitCode);
    return shell;
  }

  /** Until this is done nothing is started: what waits for credentials may still have its Claude. */
  async reconcile(signal: AbortSignal): Promise<void> {
    const parts = { ...this.#common, lives: this.#lives, launches: this.#launches, sessions: this.sessions };
    await reconcile(parts, signal);
    this.#isReconciled = true;
    this.#wakes.load();
    this.#credentialsChanged();
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) await watch.close();
    this.#common.rests.close();
    this.#wakes.close();
    await this.#launches.leave();
    await this.#lives.leave();
    await this.#common.serial.drain();
  }
}
