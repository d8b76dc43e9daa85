import { z } from 'zod';
import type { Actor } from '../../protocol/actor.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { FlotillaError } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import { resolveSource } from '../git/source.ts';
import type { Unpushed, WorkStore } from '../git/workStore.ts';
import type { Documents } from '../store/documents.ts';
import type { SessionBook } from './book.ts';
import { type HeldInside, requireNothingAside } from './heldInside.ts';
import type { Homecoming } from './homecoming.ts';
import type { Repositories } from './repositories.ts';

/** Commits of a session that are known to be landed; the oldest are forgotten. */
const mostMarks = 1000;

/** Sends a session's branch to its origin, and knows what would be lost with the session. */
export class Pushing {
  readonly #book: SessionBook;
  readonly #homecoming: Homecoming;
  readonly #repositories: Repositories;
  readonly #marks: Documents;

  constructor(parts: { book: SessionBook; homecoming: Homecoming; repositories: Repositories; marks: Documents }) {
    this.#marks = parts.marks;
    this.#book = parts.book;
    this.#homecoming = parts.homecoming;
    this.#repositories = parts.repositories;
  }

  async push(id: string, actor: Actor, signal: AbortSignal): Promise<OperationOutput<'session.push'>> {
    const isFresh = await this.#homecoming.bringIfRunning(id, signal);
    const session = this.#book.get(id);
    if (!isFresh) throw notFresh(session);
    if (session.head === undefined || session.head.ahead === 0)
      throw new FlotillaError(
        'nothing-to-push',
        `"${session.name}" has no commits of its own yet. Uncommitted work is kept in its checkpoints.`,
      );
    const source = await resolveSource(session.repository.source, undefined, signal);
    const { commit } = session.head;
    const store = this.#repositories.workStore(session.repository);
    const push = { source, branch: session.branch, commit, expected: session.pushed?.commit };
    faultPoint('push.ready');
    const { upToDate, remote } = await store.push(push, signal);
    faultPoint('push.sent');
    const { branch } = session;
    const changed = this.#book.change(id, { pushed: { commit, remote, branch, at: now() } }, actor);
    const text = upToDate ? `${branch} was up to date` : `Pushed ${branch}`;
    this.#book.timeline(id, { kind: 'push', text, subject: commit });
    if (!upToDate) await this.#notices(session, store, signal);
    return { session: changed, commit, remote, branch, upToDate };
  }

  /** What did not go with the push. It was sent: that this can't be told fails nothing. */
  async #notices({ id, base, pushed, head }: Session, store: WorkStore, signal: AbortSignal): Promise<void> {
    if (head === undefined) return;
    const from = pushed?.commit ?? base.commit;
    const notices = await store.pushNotices(from, head.commit, signal).catch(() => []);
    for (const text of notices) this.#book.timeline(id, { kind: 'notice', text });
  }

  /** Nothing is lost with these commits: they are on the remote in another shape (rebased, squashed into one), or copies of others. */
  noteLanded(id: string, commits: readonly string[]): void {
    this.#marks.put('landed', id, [...new Set([...this.#landed(id), ...commits])].slice(-mostMarks));
  }

  /** They are not on the remote any more. */
  noteTakenBack(id: string, commits: readonly string[]): void {
    const gone = new Set(commits);
    this.#marks.put(
      'landed',
      id,
      this.#landed(id).filter((commit) => !gone.has(commit)),
    );
  }

  #landed(id: string): readonly string[] {
    return this.#marks.get(z.array(z.string()), 'landed', id) ?? [];
  }

  forget(id: string): void {
    this.#marks.delete('landed', id);
  }

  /** A history that was fetched only in part, with `--depth` for example, can't be compared. */
  async #unpushed(
    { id, name, repository }: Session,
    known: readonly string[],
  ): Promise<Unpushed & Pick<HeldInside, 'tags'>> {
    try {
      const store = this.#repositories.workStore(repository);
      const tags = await store.unpushedTags(this.#homecoming.inside(id).tags, known);
      return { ...(await store.unpushed(id, known)), tags };
    } catch (error) {
      if (!FlotillaError.is(error, 'git-failed')) throw error;
      throw new FlotillaError(
        'work-not-home',
        `What of "${name}" was not pushed can't be told, since its history is not whole. See that all you want to keep was pushed, then remove the session and discard the rest.`,
        { cause: error, detail: error.detail },
      );
    }
  }

  /** Rejects with `work-not-home` when removing the session would lose work that was never pushed. */
  async requireNothingLost(id: string): Promise<void> {
    const session = this.#book.get(id);
    const pushed = session.pushed === undefined ? [] : [session.pushed.commit];
    const known = [session.base.commit, ...pushed, ...this.#landed(id)];
    const left = await this.#unpushed(session, known);
    if (left.commits > 0)
      throw new FlotillaError(
        'work-not-home',
        `"${session.name}" has ${commits(left.commits)} that ${left.commits === 1 ? 'was' : 'were'} not pushed. Push the session, or remove it and discard that work.`,
      );
    requireNothingAside(session, { ...this.#homecoming.inside(id), tags: left.tags });
    if (left.uncommitted)
      throw new FlotillaError(
        'work-not-home',
        `"${session.name}" has uncommitted changes. Look at them, ask Claude to commit them, or remove the session and discard them.`,
      );
  }
}

/** What came home before would go out as if it were all. */
const notFresh = ({ name }: Session): FlotillaError =>
  new FlotillaError(
    'work-not-home',
    `The newest work of "${name}" could not be brought home, so nothing was pushed. Try again, or stop the session to push what came home before.`,
  );

const commits = (count: number): string => (count === 1 ? 'one commit' : `${count} commits`);
