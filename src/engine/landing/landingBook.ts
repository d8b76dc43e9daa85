import type { Actor } from '../../protocol/actor.ts';
import { type Landing, type LandingPush, landingSchema } from '../../protocol/landing.ts';
import type { LandingSummary } from '../../protocol/landingSummary.ts';
import type { Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { FlotillaError } from '../base/errors.ts';
import { engineActor, type SessionBook } from '../session/book.ts';
import type { Store } from '../store/store.ts';

type Progress = NonNullable<Landing['progress']>;

const kind = 'landing';
/** Landings of one session that are stored whole keep at most so many earlier stops. */
const maxStops = 200;

/** The one way landings are written: the record, the summary that the session carries, and the line in its timeline. */
export class LandingBook {
  readonly #store: Store;
  readonly #sessions: SessionBook;
  /** How far rebases are that run now. */
  readonly #progress = new Map<string, Progress>();

  constructor(store: Store, sessions: SessionBook) {
    this.#store = store;
    this.#sessions = sessions;
  }

  peek(id: string): Landing | undefined {
    const landing = this.#store.documents.get(landingSchema, kind, id);
    const progress = this.#progress.get(id);
    return landing === undefined || progress === undefined ? landing : { ...landing, progress };
  }

  /** Throws `no-landing`. */
  get(id: string): Landing {
    const landing = this.peek(id);
    if (landing !== undefined) return landing;
    const { name } = this.#sessions.get(id);
    throw new FlotillaError('no-landing', `"${name}" is not being landed. Start with landing it.`);
  }

  /**
   * Where the commits begin that are to be moved onto a target whatever it seems to hold: see `Landing.since`. `undefined` when what it lacks
   * is to be moved.
   */
  since({ id, base }: Session, target: string): string | undefined {
    const landing = this.peek(id);
    if (landing === undefined) return undefined;
    const { state, pushes, before, result } = landing;
    const onTarget = pushes.filter(({ mode }) => mode !== 'branch');
    // Its commits are there as one, on which they would conflict.
    if (state === 'landed') return onTarget.some((push) => isSquash(push, target)) ? result : undefined;
    const wasReverted = state === 'undone' && onTarget.some(({ undone }) => undone === true);
    if (!wasReverted && landing.since === undefined) return undefined;
    return base.commit === before.base.commit ? (before.since ?? base.commit) : base.commit;
  }

  /** The session that is landed. Throws `unknown-session`. */
  session(id: string): Session {
    return this.#sessions.get(id);
  }

  list(): Landing[] {
    return this.#store.documents.list(landingSchema, kind).map(({ value }) => value);
  }

  write(landing: Landing, actor: Actor = engineActor): Landing {
    const { session: id } = landing;
    const resolved = landing.resolved.slice(-maxStops);
    const written = landingSchema.parse({ ...landing, resolved, updatedAt: now() });
    if (written.progress === undefined) this.#progress.delete(id);
    return this.#sessions.together(() => {
      const before = this.peek(id);
      this.#store.documents.put(kind, id, written);
      this.#sessions.change(id, { landing: summaryOf(written) }, actor);
      if (isNews(before, written)) this.#tell(written);
      return written;
    });
  }

  change(id: string, changes: Partial<Landing>, actor: Actor = engineActor): Landing {
    return this.write({ ...this.get(id), ...changes }, actor);
  }

  /** Like `change`, for a session that may have been removed meanwhile. */
  changeIfThere(id: string, changes: Partial<Landing>): void {
    if (this.#sessions.peek(id) !== undefined && this.peek(id) !== undefined) this.change(id, changes);
  }

  /** How far the rebase is: told to who listens, and too small a thing to write the whole landing anew for. */
  progress(id: string, progress: Progress): void {
    const summary = this.#sessions.peek(id)?.landing;
    if (summary === undefined) return;
    this.#progress.set(id, progress);
    this.#sessions.change(id, { landing: { ...summary, updatedAt: now() } }, engineActor);
  }

  /** Text that the verification wrote. */
  output(id: string, text: string): void {
    if (this.#sessions.peek(id) === undefined) return;
    this.#store.sessions.record(id, { type: 'landing.output', data: { text } }, engineActor);
  }

  forget(id: string): void {
    this.#progress.delete(id);
    this.#store.documents.delete(kind, id);
  }

  #tell({ session, state, reason }: Landing): void {
    const failed = state === 'paused' && reason.detail !== undefined;
    const entry = { kind: 'landing', text: reason.message, subject: reason.code } as const;
    this.#sessions.timeline(session, failed ? { ...entry, failed } : entry);
  }
}

const isSquash = ({ mode, branch, undone }: LandingPush, target: string): boolean =>
  mode === 'squash' && branch === target && undone !== true;

const isNews = (before: Landing | undefined, { state, reason }: Landing): boolean =>
  before?.reason.code !== reason.code || before.state !== state || before.reason.message !== reason.message;

function summaryOf({ state, step, reason, target, stop, updatedAt }: Landing): LandingSummary {
  const openFiles = (stop?.files ?? []).filter((file) => file.state !== 'accepted').length;
  const { code, message } = reason;
  return { state, step, reason: { code, message }, target: target.branch, openFiles, updatedAt };
}
