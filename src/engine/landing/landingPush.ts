import type { Landing, LandingPush as Push } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { FlotillaError } from '../base/errors.ts';
import { squashMessage } from '../git/commitMessage.ts';
import { commitIdentity } from '../git/identity.ts';
import { pullRequestUrl } from '../git/pullRequestUrl.ts';
import type { Pushed } from '../git/push.ts';
import { pushTarget } from '../git/pushTarget.ts';
import { remoteTip } from '../git/remoteBranch.ts';
import type { Source } from '../git/source.ts';
import type { WorkStore } from '../git/workStore.ts';
import type { SessionWorkings } from '../session/room.ts';
import type { LandingBook } from './landingBook.ts';
import { copiesOf } from './copies.ts';
import { because } from './reasons.ts';
import { plural, short } from './words.ts';
import type { Target, Targets } from './targets.ts';

/** Times that a landing starts again by itself because the target moved. */
const maxRounds = 5;

export interface LandingPushParts extends Pick<SessionWorkings, 'book' | 'repositories' | 'pushing'> {
  readonly landings: LandingBook;
  readonly targets: Targets;
  /** Hears when a target was moved. */
  readonly onTarget: (session: Session, branch: string) => void;
}

interface Sending {
  readonly landing: Landing;
  readonly session: Session;
  readonly source: Source;
  readonly store: WorkStore;
  /** The rebased commit. */
  readonly result: string;
}

/** Sends what was landed to its remote. */
export class LandingPush {
  readonly #parts: LandingPushParts;

  constructor(parts: LandingPushParts) {
    this.#parts = parts;
  }

  async step(landing: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    const sending = await this.#sending(landing, signal);
    try {
      return this.#landed(sending, await this.#send(sending, signal));
    } catch (error) {
      if (!FlotillaError.is(error, 'target-moved')) throw error;
      return this.#again(sending, signal);
    }
  }

  /** Whether a push that was called off has arrived all the same; it is then noted as landed. */
  async hasArrived(landing: Landing, signal: AbortSignal): Promise<boolean> {
    const sending = await this.#sending(landing, signal);
    const pushed = await (landing.options.push === 'branch'
      ? this.#onBranch(sending, signal)
      : this.#onTarget(sending, await this.#target(sending, signal), signal));
    if (pushed !== undefined) this.#landed(sending, pushed);
    return pushed !== undefined;
  }

  async #sending(landing: Landing, signal: AbortSignal): Promise<Sending> {
    const { book, repositories, targets } = this.#parts;
    const session = book.get(landing.session);
    if (landing.result === undefined) throw new Error('nothing was rebased that could be pushed');
    const source = await targets.source(session, signal);
    return { landing, session, source, store: repositories.workStore(session.repository), result: landing.result };
  }

  #send(sending: Sending, signal: AbortSignal): Promise<Pushed> {
    const { landing, session, source, store, result } = sending;
    if (landing.options.push === 'branch') {
      const { branch, pushed } = session;
      return store.push({ source, branch, commit: result, expected: pushed?.commit }, signal);
    }
    return this.#sendToTarget(sending, signal);
  }

  async #sendToTarget(sending: Sending, signal: AbortSignal): Promise<Pushed> {
    const { landing, source, store } = sending;
    const { branch, commit: expected } = landing.target;
    return store.pushTarget({ source, branch, commit: await this.#forTarget(sending, signal), expected }, signal);
  }

  /** What the target is to become. The same work always gives the same commit. */
  async #forTarget(sending: Sending, signal: AbortSignal): Promise<string> {
    return sending.landing.options.push === 'squash' ? this.#squashed(sending, signal) : sending.result;
  }

  async #squashed({ landing, session, store, result }: Sending, signal: AbortSignal): Promise<string> {
    const onto = landing.target.commit;
    const commits = await store.commits(onto, result, 100, signal);
    const subjects = commits.map(({ subject }) => subject).toReversed();
    const message = landing.options.message ?? squashMessage(session.name, subjects);
    const identity = await commitIdentity(session.repository, signal);
    return store.squash({ onto, head: result, message, identity }, signal);
  }

  /** Written together: an engine that is killed has noted all of it or nothing, and then pushes again. */
  #landed({ landing, session, result }: Sending, pushed: Pushed): Partial<Landing> {
    const { book, pushing, landings, onTarget } = this.#parts;
    const push = pushOf(landing, session, pushed);
    const { commit, remote, branch } = pushed;
    const reason = because('landed', `${short(commit)} is on ${branch} of ${remote}.`);
    const changes: Partial<Landing> = { state: 'landed', pushes: [...landing.pushes, push], reason };
    if (book.peek(session.id) === undefined) return changes;
    book.together(() => {
      if (push.mode === 'branch') book.change(session.id, { pushed: { commit, remote, branch, at: push.at } });
      pushing.noteLanded(session.id, [...landing.superseded, landing.before.head, result]);
      book.timeline(session.id, { kind: 'push', text: `Pushed ${branch}`, subject: commit });
      landings.changeIfThere(session.id, changes);
    });
    if (push.mode !== 'branch') onTarget(session, branch);
    return changes;
  }

  async #onBranch({ session, source, result }: Sending, signal: AbortSignal): Promise<Pushed | undefined> {
    const { branch } = session;
    const to = await pushTarget(source, signal);
    if ((await remoteTip(to, branch, signal)) !== result) return undefined;
    return { commit: result, remote: to.remote, branch, before: result, upToDate: true };
  }

  #target({ landing, session }: Sending, signal: AbortSignal): Promise<Target> {
    return this.#parts.targets.find(session, landing.target.branch, signal);
  }

  /** The push, when the target holds it already: it arrived and nobody heard of it, and others may have built on it since. */
  async #onTarget(sending: Sending, target: Target, signal: AbortSignal): Promise<Pushed | undefined> {
    const { source, store } = sending;
    const commit = await this.#forTarget(sending, signal);
    if ((await store.ahead(target.commit, commit, signal)) > 0) return undefined;
    const { remote } = await pushTarget(source, signal);
    return { commit, remote, branch: target.branch, before: commit, upToDate: true };
  }

  /** The target has moved since it was looked at: the whole way starts again from where the work stands. */
  async #again(sending: Sending, signal: AbortSignal): Promise<Partial<Landing>> {
    const { landing, store } = sending;
    const target = await this.#target(sending, signal);
    const arrived = await this.#onTarget(sending, target, signal);
    if (arrived !== undefined) return this.#landed(sending, arrived);
    const { branch, commit } = landing.target;
    const lost = await store.ahead(target.commit, commit, signal);
    if (lost > 0) return waits(rewritten(branch, lost));
    if (landing.rounds < maxRounds && landing.whole) return { ...startAgain(landing), target };
    return waits(`${branch} has moved. Continue to rebase onto it and verify again.`);
  }
}

const waits = (message: string): Partial<Landing> => ({
  state: 'paused',
  reason: because('target-moved', message),
});

const rewritten = (branch: string, lost: number): string =>
  `${branch} was rewritten: it lacks ${plural(lost, 'commit')} that the work stands on. Continue to bring them back with the work, or abort the landing.`;

/** What a landing is like that begins anew, from its own result, since its target moved. */
export function startAgain(landing: Landing): Partial<Landing> {
  const { result, head, superseded, rounds, target, since } = landing;
  const message = `${target.branch} moved while the work was landed: it is rebased and verified again.`;
  return {
    state: 'running',
    step: 'rebase',
    reason: because('target-moved', message),
    head: result ?? head,
    since: since === undefined || result === undefined ? since : target.commit,
    superseded: [...new Set([...superseded, head, ...(result === undefined ? [] : [result])])].slice(-100),
    copies: copiesOf(landing),
    rounds: rounds + 1,
    result: undefined,
    rebased: undefined,
    verify: undefined,
    stop: undefined,
    progress: undefined,
    moved: false,
  };
}

function pushOf({ options, target }: Landing, session: Session, pushed: Pushed): Push {
  const mode = options.push;
  const { commit, remote, branch } = pushed;
  // A push that was there already came from an engine that was killed: what it found there is what was expected.
  const found = mode === 'branch' ? session.pushed?.commit : target.commit;
  const before = pushed.upToDate ? found : pushed.before;
  const url = mode === 'branch' ? pullRequestUrl(remote, { branch, target: target.branch }) : undefined;
  const known = { ...(before === undefined ? {} : { before }), ...(url === undefined ? {} : { pullRequestUrl: url }) };
  return { mode, remote, branch, commit, at: now(), ...known };
}
