import type { Landing } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import type { MoveAnswer } from '../git/landingAnswers.ts';
import type { Environment } from '../runtime/contract.ts';
import type { SessionWorkings } from '../session/room.ts';
import type { Grounds } from './grounds.ts';
import { LandingTree } from './landingTree.ts';
import { movedOn } from './rebasing.ts';
import { isOnBranch, requireBranch } from './requireBranch.ts';
import { because } from './reasons.ts';
import { short } from './words.ts';

export type MoveWorkings = Pick<SessionWorkings, 'book' | 'homecoming' | 'repositories' | 'serial'>;

/** Moves the session's own tree to what was landed, and back. What is not committed stays as it is. */
export class Moving {
  readonly #parts: MoveWorkings;
  readonly #grounds: Grounds;

  constructor(parts: MoveWorkings, grounds: Grounds) {
    this.#parts = parts;
    this.#grounds = grounds;
  }

  step(landing: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    return this.#parts.serial.run(landing.session, () => this.#move(landing, signal));
  }

  /**
   * The session's tree as it was before the landing, whatever became of it. Answers a sentence when the session has gone on since and
   * its tree was left as it is.
   */
  back(landing: Landing, signal: AbortSignal): Promise<string | undefined> {
    return this.#parts.serial.run(landing.session, () => this.#back(landing, signal));
  }

  async #move({ session: id, head, result, target, whole }: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    if (result === undefined) throw new Error('nothing was rebased that the session could move to');
    this.#grounds.requireIdle(id);
    const environment = await this.#grounds.running(id, signal);
    const tree = new LandingTree(environment);
    await tree.recover(signal);
    const at = await tree.at(signal);
    requireBranch(this.#parts.book.get(id), at);
    if (at.commit !== result) requireMoved(await tree.move({ from: head, to: result }, signal));
    faultPoint('landing.tree');
    await this.#stand(id, { ref: target.branch, commit: target.commit }, environment);
    await tree.finish(signal);
    const moved = { moved: true, rebased: result, step: 'verify', progress: undefined } as const;
    const reason = because('moved', `The session stands on ${target.branch} now, at ${short(result)}.`);
    return whole ? { ...moved, reason } : { ...moved, reason, state: 'ready' };
  }

  async #back(landing: Landing, signal: AbortSignal): Promise<string | undefined> {
    const { session: id, before } = landing;
    const found = await this.#grounds.peek(id, signal);
    if (found === undefined) return this.#withoutEnvironment(landing);
    const environment = await this.#grounds.running(id, signal);
    const tree = new LandingTree(environment);
    await tree.abort(signal);
    const kept = await this.#moveBack(landing, tree, signal);
    if (kept !== undefined) return kept;
    await this.#stand(id, before.base, environment);
    return undefined;
  }

  /** The session's branch starts elsewhere now: also where its newest commit stayed the same, another number of commits is its own. */
  async #stand(id: string, base: Session['base'], environment: Environment): Promise<void> {
    const { book, repositories } = this.#parts;
    book.change(id, { base });
    const { head, repository } = await this.#grounds.secure(id, environment);
    if (head === undefined) return;
    const ahead = await repositories.workStore(repository).ahead(base.commit, head.commit);
    const isStill = book.get(id).head?.commit === head.commit;
    if (isStill && ahead !== head.ahead) book.change(id, { head: { ...head, ahead } });
  }

  /** Its branch is in the work store alone, where it is never put back: what would be lost there is lost for good. */
  #withoutEnvironment({ session, before }: Landing): string | undefined {
    const { head } = this.#parts.book.get(session);
    if (head === undefined || head.commit === before.head) return undefined;
    return `The session has no environment now, so its branch stays at ${short(head.commit)}.`;
  }

  async #moveBack(
    { session, before, head, result, rebased = result }: Landing,
    tree: LandingTree,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const at = await tree.at(signal);
    const now = at.commit;
    if (!isOnBranch(this.#parts.book.get(session), at))
      return 'Another branch is checked out in the session, so its tree was left as it is.';
    if (now === before.head) return undefined;
    if (now !== head && now !== rebased)
      return `The session has new commits since, at ${short(now)}, so its tree was left as it is.`;
    this.#grounds.requireIdle(session);
    requireMoved(await tree.move({ from: now, to: before.head }, signal));
    return undefined;
  }
}

function requireMoved(answer: MoveAnswer): void {
  if (answer.state === 'moved') return;
  if (answer.state === 'failed')
    throw new FlotillaError(
      'git-failed',
      "The session's tree could not be moved; nothing of it was lost. Continue to try again.",
      { detail: answer.detail },
    );
  const { reason, paths, detail } = answer;
  if (reason === 'moved-on') throw movedOn();
  if (reason === 'in-the-way')
    throw new FlotillaError(
      'uncommitted-in-the-way',
      `Uncommitted work in ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ' …' : ''} stands in the way. Commit it or put it aside in the session, then continue.`,
      { detail: paths.slice(0, 50).join('\n') },
    );
  throw new FlotillaError(
    'not-in-this-state',
    reason === 'operation' || reason === 'locked'
      ? "Git is in the middle of something in the session's tree: end it there, then continue."
      : `The session's tree could not be moved (${reason}): continue to try again.`,
    { detail },
  );
}
