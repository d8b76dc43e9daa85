import type { ErrorCode } from '../../protocol/errors.ts';
import type { Landing } from '../../protocol/landing.ts';
import { sleep } from '../base/clock.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import type { RebaseAnswer, RebaseState } from '../git/landingAnswers.ts';
import type { Grounds } from './grounds.ts';
import type { LandingBook } from './landingBook.ts';
import { LandingTree, type OnProgress } from './landingTree.ts';
import { because } from './reasons.ts';
import { requireBranch } from './requireBranch.ts';
import { plural } from './words.ts';
import { stopOf } from './stops.ts';

/** Milliseconds between two notes of how far a rebase is. */
const noteEvery = 500;
/** Milliseconds between two looks at a rebase that an engine before this one began. */
const lookEvery = 300;

type Refused = Extract<RebaseAnswer, { state: 'refused' }>;

/** Rebases a session's commits in the landing's own work tree inside its environment. */
export class Rebasing {
  readonly #book: LandingBook;
  readonly #grounds: Grounds;

  constructor(book: LandingBook, grounds: Grounds) {
    this.#book = book;
    this.#grounds = grounds;
  }

  async step(landing: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    this.#grounds.requireIdle(landing.session);
    const environment = await this.#grounds.running(landing.session, signal);
    const session = await this.#grounds.secure(landing.session, environment);
    if ((session.head?.commit ?? landing.head) !== landing.head) throw movedOn();
    const tree = new LandingTree(environment);
    const answer = await this.#rebased(landing, tree, signal);
    if (answer.state === 'refused' && answer.reason === 'moved-on') requireBranch(session, await tree.at(signal));
    return this.afterwards(landing, answer);
  }

  /** What a landing is like after the rebase went on: at a conflict, or through. */
  afterwards(landing: Landing, answer: RebaseAnswer): Partial<Landing> {
    if (answer.state === 'refused') throw refused(answer);
    if (answer.state === 'failed')
      throw new FlotillaError('git-failed', 'Git could not rebase; abort the landing, or continue to try again.', {
        detail: answer.detail,
      });
    const resolved = landing.stop === undefined ? landing.resolved : [...landing.resolved, landing.stop];
    if (answer.state === 'done') {
      const reason = because('rebased', `Rebased onto ${landing.target.branch}.`);
      return { step: 'move', result: answer.commit, stop: undefined, resolved, reason };
    }
    const stop = stopOf(answer.stop);
    const what = `${plural(stop.files.length, 'conflicted file')} in "${stop.subject}"`;
    return { step: 'resolve', stop, resolved, reason: because('conflict', `The rebase stopped: ${what}.`) };
  }

  /** Notes how far the rebase is, twice a second. */
  noting(id: string): OnProgress {
    let notedAt = 0;
    return (done, total) => {
      const at = performance.now();
      if (done < total && at - notedAt < noteEvery) return;
      notedAt = at;
      this.#book.progress(id, { done, total });
    };
  }

  /** Begins, or goes on where an engine before this one was when it ended. */
  async #rebased(landing: Landing, tree: LandingTree, signal: AbortSignal): Promise<RebaseAnswer> {
    const { head, target, session, since } = landing;
    const begin = (): Promise<RebaseAnswer> =>
      tree.begin({ head, onto: target.commit, since }, this.noting(session), signal);
    const state = await this.#settledState(tree, signal);
    if (state.state === 'none') return begin();
    if (state.state === 'moving') await tree.recover(signal);
    if (state.state === 'moving' || state.head !== head || state.onto !== target.commit) {
      await tree.abort(signal);
      return begin();
    }
    if (state.state === 'stopped') return { state: 'stopped', stop: state.stop };
    if (state.state === 'done') return { state: 'done', commit: state.commit };
    return tree.resume(this.noting(session), signal);
  }

  async #settledState(tree: LandingTree, signal: AbortSignal): Promise<RebaseState> {
    let state = await tree.state(signal);
    while (state.state === 'running') {
      await sleep(lookEvery, signal);
      throwIfCancelled(signal, 'Landing');
      state = await tree.state(signal);
    }
    return state;
  }
}

export const movedOn = (): FlotillaError =>
  new FlotillaError(
    'session-moved',
    'The session has other commits now than when its landing began. Abort the landing and land it anew.',
  );

type Reason = Refused['reason'];

/** What a refusal is for a person, by its reason. */
const refusals: Readonly<Partial<Record<Reason, (names: string, count: number) => readonly [ErrorCode, string]>>> = {
  unresolved: (names, count) => ['conflicts-open', `${plural(count, 'file')} still to be resolved: ${names}.`],
  changed: (names) => [
    'conflicts-open',
    `Files beyond the conflicts were changed in the landing's work tree: ${names}.`,
  ],
  operation: () => [
    'not-in-this-state',
    "Another git operation (a merge, a rebase …) is under way in the session's tree: end it there first.",
  ],
  running: () => ['landing-under-way', 'Git is still at work on this landing: wait a moment and continue.'],
  partial: () => [
    'not-supported',
    "The session's repository is a partial or sparse clone, which can't be rebased here.",
  ],
  shallow: () => ['not-supported', "The session's repository is a shallow clone, which can't be rebased here."],
};

function refused({ reason, paths, detail }: Refused): FlotillaError {
  if (reason === 'moved-on') return movedOn();
  const names = paths.slice(0, 5).join(', ');
  const known = refusals[reason]?.(names, paths.length);
  const other = ['git-failed', `The rebase could not go on (${reason}): abort the landing and land anew.`] as const;
  const [code, sentence] = known ?? other;
  return new FlotillaError(code, sentence, { detail: paths.length > 0 ? paths.slice(0, 50).join('\n') : detail });
}
