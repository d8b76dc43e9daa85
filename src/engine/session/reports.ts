import type { FlotillaEvent } from '../../protocol/events.ts';
import type { OperationInput, OperationOutput, OperationParsedInput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import type { Store } from '../store/store.ts';
import type { Homecoming } from './homecoming.ts';
import type { Repositories } from './repositories.ts';

/** Bytes of patch text that a diff hands to a face. */
const maxPatch = 8 * 1024 * 1024;
const maxCommits = 1000;

type LogEntry = OperationOutput<'session.logs'>['entries'][number];

function logEntryOf({ seq, at, body }: FlotillaEvent): LogEntry[] {
  if (body.type === 'session.timeline') return [{ seq, at, entry: { kind: 'timeline', timeline: body.data } }];
  if (body.type === 'session.progress') return [{ seq, at, entry: { kind: 'step', progress: body.data } }];
  if (body.type !== 'session.updated' || body.data.changes.state === undefined) return [];
  const { state, reason } = body.data.changes;
  return [{ seq, at, entry: { kind: 'state', state, message: reason?.message ?? '' } }];
}

/** What can be read about sessions, from the store and the work store. */
export class SessionReports {
  readonly #store: Store;
  readonly #repositories: Repositories;
  readonly #homecoming: Homecoming;

  constructor(store: Store, repositories: Repositories, homecoming: Homecoming) {
    this.#store = store;
    this.#repositories = repositories;
    this.#homecoming = homecoming;
  }

  get(key: string): Session {
    return this.#store.sessions.find(key);
  }

  list(input: OperationInput<'session.list'>): OperationOutput<'session.list'> {
    // The number is read first: an event that comes between is then sent again, never missed.
    const seq = this.#store.journal.lastSeq();
    const sessions = this.#store.sessions.list({ states: input.states });
    const wanted = input.repository;
    return {
      seq,
      sessions:
        wanted === undefined
          ? sessions
          : sessions.filter(({ repository }) => [repository.id, repository.source, repository.name].includes(wanted)),
    };
  }

  async output(key: string, signal: AbortSignal): Promise<OperationOutput<'session.output'>> {
    const session = await this.#fresh(key, signal);
    const store = this.#repositories.workStore(session.repository);
    const head = session.head?.commit ?? session.base.commit;
    const to = await this.#work(session, signal);
    const [{ files }, commits] = await Promise.all([
      store.diff(session.base.commit, to, { patch: false }, signal),
      store.commits(session.base.commit, head, maxCommits, signal),
    ]);
    return { session, result: session.resultText, files, commits };
  }

  async diff(
    input: OperationParsedInput<'session.diff'>,
    signal: AbortSignal,
  ): Promise<OperationOutput<'session.diff'>> {
    const session = await this.#fresh(input.session, signal);
    const store = this.#repositories.workStore(session.repository);
    const from = session.base.commit;
    const to = input.what === 'work' ? await this.#work(session, signal) : (session.head?.commit ?? from);
    const { files, patch, truncated } = await store.diff(from, to, { patch: input.patch, maxBytes: maxPatch }, signal);
    return { from, to, files, truncated, ...(patch === undefined ? {} : { patch }) };
  }

  logs(input: OperationParsedInput<'session.logs'>): OperationOutput<'session.logs'> {
    const session = this.#store.sessions.find(input.session);
    const { limit } = input;
    for (let { after } = input; ;) {
      const events = this.#store.journal.after(after, { sessionId: session.id, limit });
      const entries = events.flatMap(logEntryOf);
      const last = events.at(-1);
      if (last === undefined || entries.length > 0) return { entries };
      // Many events are of no log: a page without an entry would look like the end.
      after = last.seq;
    }
  }

  /** The tree of all that the session has done, committed or not. */
  async #work(session: Session, signal: AbortSignal): Promise<string> {
    if (session.checkpoint === undefined) return session.head?.commit ?? session.base.commit;
    return this.#repositories.workStore(session.repository).workTree(session.checkpoint.commit, signal);
  }

  /** The session after what its environment holds has come home, where that can be done now. */
  async #fresh(key: string, signal: AbortSignal): Promise<Session> {
    const { id } = this.#store.sessions.find(key);
    await this.#homecoming.bringIfRunning(id, signal);
    return this.#store.sessions.get(id);
  }
}
