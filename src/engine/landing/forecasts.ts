import PQueue from 'p-queue';
import type { Forecast } from '../../protocol/landingSummary.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Closable } from '../base/lifecycle.ts';
import type { SessionWorkings } from '../session/room.ts';
import { SharedAnswers } from './sharedAnswers.ts';
import type { Target, Targets } from './targets.ts';

/** Paths of one forecast, and of one pair of sessions. */
const maxFiles = 100;
const maxPairFiles = 20;
/** Sessions of one repository that a session is compared with, newest first. */
const maxOthers = 30;
/** Answers that are kept: the same commits always give the same. */
const maxKnown = 2000;

export interface ForecastWorkings extends Pick<
  SessionWorkings,
  'book' | 'store' | 'repositories' | 'homecoming' | 'log'
> {
  /** See `LandingBook.since`. */
  readonly since: (session: Session, target: string) => string | undefined;
}
type Outcome = Pick<Forecast, 'target' | 'outcome' | 'files'>;

/** What landing each session would meet, known without asking a remote or disturbing a session. Made anew whenever work comes home. */
export class Forecasts implements Closable {
  readonly #parts: ForecastWorkings;
  readonly #targets: Targets;
  /** One after another: it is never urgent. */
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #waiting = new Set<string>();
  readonly #leaving = new AbortController();
  readonly #pairs = new SharedAnswers<readonly string[]>(maxKnown);
  readonly #landings = new SharedAnswers<Omit<Outcome, 'target'>>(maxKnown);
  /** The sessions of each repository, as long as one batch is worked off. */
  readonly #listed = new Map<string, Session[]>();

  constructor(parts: ForecastWorkings, targets: Targets) {
    this.#parts = parts;
    this.#targets = targets;
    this.#queue.on('idle', () => {
      this.#listed.clear();
    });
    parts.homecoming.onHome((id) => {
      this.refresh(id);
      this.#refreshOthers(id);
    });
  }

  /** Of one session, or of all that have work to land. */
  async get(key: string | undefined, signal: AbortSignal): Promise<OperationOutput<'forecast.get'>['forecasts']> {
    const { store } = this.#parts;
    const sessions = key === undefined ? store.sessions.list() : [store.sessions.find(key)];
    this.#listed.clear();
    const forecasts: OperationOutput<'forecast.get'>['forecasts'] = [];
    for (const session of sessions) {
      const forecast = await this.#forecast(session, signal);
      if (forecast !== undefined) forecasts.push({ session: session.id, forecast });
    }
    return forecasts;
  }

  /** Work of the session came home, or its target moved. Calls that come while one waits are one. */
  refresh(id: string): void {
    if (this.#waiting.has(id) || this.#leaving.signal.aborted) return;
    this.#waiting.add(id);
    this.#listed.clear();
    void this.#queue.add(() => this.#note(id));
  }

  /** A target of this session's repository moved: it is fetched, and what the other sessions would meet is looked at again. */
  targetMoved(session: Session, branch: string): void {
    void this.#queue.add(async () => {
      const { log } = this.#parts;
      await this.#targets.find(session, branch, this.#leaving.signal).catch((error: unknown) => {
        log.warn('a target was not fetched', { session: session.id, error: messageOf(error) });
      });
      this.refresh(session.id);
      this.#refreshOthers(session.id);
    });
  }

  /** What the other sessions of its repository would meet may be another thing now. */
  #refreshOthers(id: string): void {
    const session = this.#parts.book.peek(id);
    if (session !== undefined) for (const other of this.#others(session)) this.refresh(other.id);
  }

  /** Sessions of the same repository with work to land, newest first. */
  #others({ id, repository }: Session): Session[] {
    const { sessions: stored } = this.#parts.store;
    const sessions = this.#listed.get(repository.id) ?? stored.list({ repositoryId: repository.id });
    this.#listed.set(repository.id, sessions);
    const isOpen = (other: Session): boolean => hasWork(other) && other.forecast?.outcome !== 'up-to-date';
    return sessions.filter((other) => other.id !== id && isOpen(other)).slice(0, maxOthers);
  }

  async close(): Promise<void> {
    this.#leaving.abort();
    this.#queue.clear();
    await this.#queue.onIdle();
  }

  /** Never rejects. */
  async #note(id: string): Promise<void> {
    const { book, log } = this.#parts;
    this.#waiting.delete(id);
    const session = book.peek(id);
    const isLeaving = (): boolean => this.#leaving.signal.aborted;
    if (session === undefined || isLeaving()) return;
    try {
      const forecast = await this.#forecast(session, this.#leaving.signal);
      const before = book.peek(id)?.forecast;
      const isSame = JSON.stringify({ ...before, at: '' }) === JSON.stringify({ ...forecast, at: '' });
      if (book.peek(id) !== undefined && !isSame) this.#replace(book.change(id, { forecast }));
    } catch (error) {
      if (!isLeaving()) log.warn('no forecast', { session: id, error: messageOf(error) });
    }
  }

  #replace(session: Session): void {
    const listed = this.#listed.get(session.repository.id);
    const at = listed?.findIndex(({ id }) => id === session.id) ?? -1;
    if (at >= 0) listed?.splice(at, 1, session);
  }

  async #forecast(session: Session, signal: AbortSignal): Promise<Forecast | undefined> {
    if (!hasWork(session)) return undefined;
    const target = await this.#targets.known(session, session.landing?.target, signal);
    if (target === undefined) return undefined;
    const outcome = await this.#withTarget(session, target, signal);
    return { ...outcome, sessions: await this.#withOthers(session, signal), at: now() };
  }

  async #withTarget(session: Session, target: Target, signal: AbortSignal): Promise<Outcome> {
    const head = session.head?.commit ?? session.base.commit;
    const since = this.#parts.since(session, target.branch);
    const ends = { onto: target.commit, head, since };
    const key = `${target.commit} ${head} ${since ?? ''}`;
    const outcome = await this.#landings.get(key, (inner) => this.#replayed(session, ends, inner), signal);
    return { target: target.branch, ...outcome };
  }

  async #replayed(
    session: Session,
    { onto, head, since }: { onto: string; head: string; since: string | undefined },
    signal: AbortSignal,
  ): Promise<Omit<Outcome, 'target'>> {
    const store = this.#parts.repositories.workStore(session.repository);
    const { fastForward, upToDate, commits } = await store.replay(onto, head, signal, since);
    const files = [...new Set(commits.flatMap(({ conflicts }) => conflicts.map(({ path }) => path)))];
    // Squashed, or landed in another shape: nothing of any commit is left to do.
    const isThere = commits.every(({ outcome }) => outcome === 'there' || outcome === 'empty');
    if (upToDate || (isThere && !fastForward)) return { outcome: 'up-to-date', files: [] };
    if (files.length > 0) return { outcome: 'conflicts', files: files.slice(0, maxFiles) };
    return { outcome: fastForward ? 'fast-forward' : 'clean', files: [] };
  }

  async #withOthers(session: Session, signal: AbortSignal): Promise<Forecast['sessions']> {
    const found: Forecast['sessions'] = [];
    for (const other of this.#others(session)) {
      const files = await this.#between(session, other, signal);
      if (files.length > 0) found.push({ session: other.id, files: files.slice(0, maxPairFiles) });
    }
    return found;
  }

  #between(one: Session, other: Session, signal: AbortSignal): Promise<readonly string[]> {
    const [a = '', b = ''] = [one.head?.commit ?? '', other.head?.commit ?? ''].sort();
    const store = this.#parts.repositories.workStore(one.repository);
    return this.#pairs.get(`${a} ${b}`, (inner) => store.tipsConflict(a, b, inner), signal);
  }
}

/** It has commits of its own. */
const hasWork = ({ head }: Session): boolean => head !== undefined && head.ahead > 0;
