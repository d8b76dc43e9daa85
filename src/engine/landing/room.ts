import type { Session } from '../../protocol/session.ts';
import { messageOf } from '../base/errors.ts';
import type { Closable } from '../base/lifecycle.ts';
import { sweepScratchFolders } from '../git/scratchFolder.ts';
import type { Departure } from '../session/departures.ts';
import type { SessionWorkings } from '../session/room.ts';
import { Forecasts } from './forecasts.ts';
import { Grounds } from './grounds.ts';
import { Journeys } from './journeys.ts';
import { LandingBook } from './landingBook.ts';
import { LandingPush } from './landingPush.ts';
import { Landings, type Relation } from './landings.ts';
import { LandingTree } from './landingTree.ts';
import { Moving } from './moving.ts';
import { Planning } from './planning.ts';
import { because } from './reasons.ts';
import { Rebasing } from './rebasing.ts';
import { Resolving } from './resolving.ts';
import { Targets } from './targets.ts';
import { Undoing } from './undoing.ts';
import { Verifying } from './verifying.ts';

/** Longest that mending a half-moved tree may take before its environment goes, in milliseconds. */
const mendTimeout = 60_000;

/** Puts the landing room together: what brings sessions' work onto other branches. */
export class LandingRoom implements Closable {
  readonly landings: Landings;
  readonly forecasts: Forecasts;
  readonly #workings: SessionWorkings;
  readonly #book: LandingBook;
  readonly #journeys: Journeys;
  readonly #grounds: Grounds;
  readonly #verifying: Verifying;
  #sweeping: Promise<void> | undefined;

  constructor(workings: SessionWorkings) {
    const { store, book: sessions, repositories, holds, log } = workings;
    const book = new LandingBook(store, sessions);
    const since = book.since.bind(book);
    const grounds = new Grounds(workings);
    const targets = new Targets(repositories);
    const rebasing = new Rebasing(book, grounds);
    const resolving = new Resolving({ workings, book, grounds, rebasing });
    const moving = new Moving(workings, grounds);
    const descends = this.#descends.bind(this);
    const verifying = new Verifying({ book, grounds, documents: store.documents, repositories, descends });
    const forecasts = new Forecasts({ ...workings, since }, targets);
    const onTarget = forecasts.targetMoved.bind(forecasts);
    const outward = { ...workings, landings: book, targets, onTarget };
    const pushing = new LandingPush(outward);
    const undoing = new Undoing({ ...outward, moving });
    const first = { rebase: rebasing, resolve: resolving, move: moving };
    const steps = { ...first, verify: verifying, push: pushing, undo: undoing };
    this.#journeys = new Journeys({ book, grounds, holds, steps, log, onRest: forecasts.refresh.bind(forecasts) });
    const parts = { book, grounds, journeys: this.#journeys, resolving, targets, verifying };
    this.landings = new Landings({
      ...parts,
      pushing,
      descends,
      newest: (id, signal) => this.#newest(id, signal),
      planning: new Planning({ ...workings, since }, targets),
      find: (key) => store.sessions.find(key),
      relation: (session, ends, signal) => this.#relation(session, ends, signal),
    });
    this.forecasts = forecasts;
    this.#workings = workings;
    this.#book = book;
    this.#grounds = grounds;
    this.#verifying = verifying;
    workings.departures.on((id, what) => this.#depart(id, what));
  }

  busy(): boolean {
    return this.#journeys.size > 0;
  }

  /** Goes on with the landings that were under way when the engine before this one ended. */
  reconcile(): void {
    this.#sweeping = sweepScratchFolders();
    for (const { session, state } of this.#book.list()) {
      if (this.#workings.book.peek(session) === undefined) this.#forget(session);
      else if (state === 'running') this.#journeys.start(session);
    }
  }

  async close(): Promise<void> {
    await this.forecasts.close();
    await this.#journeys.leave();
    await this.#sweeping;
  }

  /** The session's environment is about to stop or to go: nothing of a landing goes on in it, and its tree is whole. */
  async #depart(id: string, what: Departure): Promise<void> {
    if (what === 'gone') {
      this.#journeys.drop(id);
      this.#forget(id);
      return;
    }
    if (this.#book.peek(id) === undefined) return;
    await this.#journeys.callOff(id);
    const now = this.#book.get(id);
    if (now.state === 'running' && ['move', 'undo'].includes(now.step)) await this.#mend(id);
    const isOver = ['landed', 'undone', 'aborted'].includes(now.state);
    if (what === 'cancel' && !isOver)
      this.#book.change(id, {
        state: 'aborted',
        reason: because('aborted', 'The session was cancelled during its landing.'),
      });
    else if (now.state === 'running')
      this.#book.change(id, {
        state: 'paused',
        reason: because('interrupted', 'The session was stopped: continue the landing to go on.'),
      });
  }

  #forget(id: string): void {
    this.#book.forget(id);
    this.#verifying.forget(id);
  }

  async #mend(id: string): Promise<void> {
    const signal = AbortSignal.timeout(mendTimeout);
    try {
      const environment = await this.#grounds.peek(id, signal);
      if (environment === undefined || (await environment.status(signal)) !== 'running') return;
      await new LandingTree(environment).recover(signal);
    } catch (error) {
      this.#workings.log.warn('a half-moved tree was not mended', { session: id, error: messageOf(error) });
    }
  }

  async #newest(id: string, signal: AbortSignal): Promise<string | undefined> {
    const { homecoming, book } = this.#workings;
    await homecoming.bringIfRunning(id, signal);
    return book.get(id).head?.commit;
  }

  async #descends(id: string, commit: string, from: string): Promise<boolean> {
    const session = this.#workings.book.get(id);
    return (await this.#workings.repositories.workStore(session.repository).ahead(commit, from)) === 0;
  }

  async #relation(session: Session, ends: { target: string; head: string }, signal: AbortSignal): Promise<Relation> {
    const store = this.#workings.repositories.workStore(session.repository);
    const [behind, ahead] = await Promise.all([
      store.ahead(ends.head, ends.target, signal),
      store.ahead(ends.target, ends.head, signal),
    ]);
    return { fastForward: behind === 0, upToDate: ahead === 0 };
  }
}
