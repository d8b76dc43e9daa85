import type { Landing, LandingPush } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import { commitIdentity } from '../git/identity.ts';
import type { SessionWorkings } from '../session/room.ts';
import { copiesOf } from './copies.ts';
import type { LandingBook } from './landingBook.ts';
import type { Moving } from './moving.ts';
import { because, reasonOf } from './reasons.ts';
import { needsRevert } from './needsRevert.ts';
import { plural } from './words.ts';
import type { Targets } from './targets.ts';

export type UndoWorkings = Pick<SessionWorkings, 'book' | 'repositories' | 'pushing'>;

interface Parts extends UndoWorkings {
  readonly landings: LandingBook;
  readonly moving: Moving;
  readonly targets: Targets;
  /** Hears when a target was moved. */
  readonly onTarget: (session: Session, branch: string) => void;
}

/** Takes a landing back: what was pushed, newest first, and then the session's own tree. */
export class Undoing {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async step(landing: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    if (landing.undo?.kind === 'abort') return this.#goBack(landing, aborted, signal);
    try {
      await this.#takeBackAll(landing, signal);
    } catch (error) {
      if (!isFinal(error)) throw error;
      return { state: 'landed', step: 'push', undo: undefined, reason: reasonOf(error) };
    }
    this.#parts.pushing.noteTakenBack(landing.session, landedBy(landing));
    return this.#goBack(landing, undone, signal);
  }

  async #goBack(
    landing: Landing,
    over: (landing: Landing, kept: string | undefined) => Partial<Landing>,
    signal: AbortSignal,
  ): Promise<Partial<Landing>> {
    const { landings, moving, pushing } = this.#parts;
    const kept = await moving.back(landings.get(landing.session), signal);
    if (kept === undefined) pushing.noteLanded(landing.session, copiesOf(landing));
    return { stop: undefined, progress: undefined, undo: undefined, moved: false, ...over(landing, kept) };
  }

  /** Each push that was taken back leaves the list at once: whoever comes again goes on with the rest. */
  async #takeBackAll(landing: Landing, signal: AbortSignal): Promise<void> {
    const { book, landings } = this.#parts;
    const session = book.get(landing.session);
    const open = landing.pushes.filter(({ undone }) => undone !== true);
    for (const push of open.toReversed()) {
      const reverted = await this.#takeBack({ landing, session, push }, signal);
      faultPoint('landing.taken-back');
      const pushes = landings
        .get(session.id)
        .pushes.map((one) => (one.at === push.at ? { ...one, undone: true } : one));
      landings.change(session.id, { pushes });
      const text = reverted ? `Took the work back from ${push.branch}` : `Took the push of ${push.branch} back`;
      book.timeline(session.id, { kind: 'push', text, subject: push.commit });
    }
  }

  /** Answers whether a commit was pushed that takes the work back. */
  async #takeBack(
    work: { landing: Landing; session: Session; push: LandingPush },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { landing, session, push } = work;
    const { targets, repositories, book } = this.#parts;
    const source = await targets.source(session, signal);
    const { branch, commit: pushed, before } = push;
    if (push.mode === 'branch') {
      await repositories.workStore(session.repository).undoPush({ source, branch, pushed, before }, signal);
      const earlier =
        before === undefined || session.pushed === undefined ? undefined : { ...session.pushed, commit: before };
      book.change(session.id, { pushed: earlier });
      return false;
    }
    if (landing.undo?.revertTarget !== true) throw needsRevert(push.branch);
    await this.#revert(session, push, signal);
    return true;
  }

  async #revert(session: Session, push: LandingPush, signal: AbortSignal): Promise<void> {
    const { targets, repositories } = this.#parts;
    const source = await targets.source(session, signal);
    const { branch, commit: landed, before } = push;
    if (before === undefined)
      throw new FlotillaError('undo-refused', `${branch} did not exist before it was pushed: delete it on the remote.`);
    const { commit: tip } = await targets.find(session, branch, signal);
    const store = repositories.workStore(session.repository);
    const identity = await commitIdentity(session.repository, signal);
    const commit = await store.revert({ before, landed, tip, identity }, signal);
    await store.pushTarget({ source, branch, commit, expected: tip }, signal);
    this.#parts.onTarget(session, branch);
  }
}

/** It would fail again and again: what was pushed stays, and the session can be landed anew. */
const isFinal = (error: unknown): boolean =>
  (['push-moved', 'undo-conflicts', 'undo-refused'] as const).some((code) => FlotillaError.is(error, code));

const landedBy = ({ superseded, before, result, rebased }: Landing): string[] =>
  [...superseded, before.head, result, rebased].filter((commit) => commit !== undefined);

/** `kept`: why the session's tree was left as it is, when it was. */
const aborted = (_: Landing, kept: string | undefined): Partial<Landing> => ({
  state: 'aborted',
  reason: because('aborted', kept ?? 'The landing was given up; the session is as it was before.'),
});

function undone({ pushes: { length } }: Landing, kept: string | undefined): Partial<Landing> {
  const pushes = plural(length, 'push').replace(/pushs$/, 'pushes');
  const done = length === 0 ? 'The landing was undone' : `The landing was undone with ${pushes}`;
  return { state: 'undone', reason: because('undone', kept ?? `${done}; the session is as it was before.`) };
}
