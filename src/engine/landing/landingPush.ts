import type { Landing, LandingPush as Push } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import { FlotillaError } from '../base/errors.ts';
import { squashMessage } from '../git/commitMessage.ts';
import { commitIdentity } from '../git/identity.ts';
import { pullRequestUrl } from '../git/pullRequestUrl.ts';
import type { Pushed } from '../git/push.ts';
import type { Source } from '../git/source.ts';
import type { WorkStore } from '../git/workStore.ts';
import type { SessionWorkings } from '../session/room.ts';
import { because } from './reasons.ts';
import { short } from './words.ts';
import type { Targets } from './targets.ts';

/** Times that a landing starts again by itself because the target moved. */
const maxRounds = 5;

export type PushWorkings = Pick<SessionWorkings, 'book' | 'repositories' | 'pushing'>;

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
  readonly #parts: PushWorkings;
  readonly #targets: Targets;
  readonly #onTarget: (session: Session, branch: string) => void;

  /** `onTarget` hears when a target was moved. */
  constructor(parts: PushWorkings, targets: Targets, onTarget: (session: Session, branch: string) => void) {
    this.#parts = parts;
    this.#onTarget = onTarget;
    this.#targets = targets;
  }

  async step(landing: Landing, signal: AbortSignal): Promise<Partial<Landing>> {
    const { book, repositories } = this.#parts;
    const session = book.get(landing.session);
    if (landing.result === undefined) throw new Error('nothing was rebased that could be pushed');
    const source = await this.#targets.source(session, signal);
    const store = repositories.workStore(session.repository);
    const sending = { landing, session, source, store, result: landing.result };
    try {
      return this.#landed(sending, await this.#send(sending, signal));
    } catch (error) {
      if (!FlotillaError.is(error, 'target-moved')) throw error;
      return this.#again(landing, session, signal);
    }
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
    const { landing, source, store, result } = sending;
    const { branch, commit: expected } = landing.target;
    const commit = landing.options.push === 'squash' ? await this.#squashed(sending, signal) : result;
    return store.pushTarget({ source, branch, commit, expected }, signal);
  }

  async #squashed({ landing, session, store, result }: Sending, signal: AbortSignal): Promise<string> {
    const onto = landing.target.commit;
    const commits = await store.commits(onto, result, 100, signal);
    const subjects = commits.map(({ subject }) => subject).toReversed();
    const message = landing.options.message ?? squashMessage(session.name, subjects);
    const identity = await commitIdentity(session.repository, signal);
    return store.squash({ onto, head: result, message, identity }, signal);
  }

  #landed({ landing, session, result }: Sending, pushed: Pushed): Partial<Landing> {
    const { book, pushing } = this.#parts;
    const push = pushOf(landing, pushed);
    const { commit, remote, branch } = pushed;
    if (push.mode === 'branch') book.change(session.id, { pushed: { commit, remote, branch, at: push.at } });
    pushing.noteLanded(session.id, [...landing.superseded, landing.before.head, result]);
    book.timeline(session.id, { kind: 'push', text: `Pushed ${branch}`, subject: commit });
    if (push.mode !== 'branch') this.#onTarget(session, branch);
    const reason = because('landed', `${short(commit)} is on ${branch} of ${remote}.`);
    return { state: 'landed', pushes: [...landing.pushes, push], reason };
  }

  /** The target has moved since it was looked at: the whole way starts again from where the work stands. */
  async #again(landing: Landing, session: Session, signal: AbortSignal): Promise<Partial<Landing>> {
    const { branch } = landing.target;
    if (landing.rounds >= maxRounds || !landing.whole) {
      const message = `${branch} has moved. Continue to rebase onto it and verify again.`;
      return { state: 'paused', reason: because('target-moved', message) };
    }
    const target = await this.#targets.find(session, branch, signal);
    return { ...startAgain(landing), target };
  }
}

/** What a landing is like that begins anew, from its own result, since its target moved. */
export function startAgain({ result, head, superseded, rounds, target, since }: Landing): Partial<Landing> {
  const message = `${target.branch} moved while the work was landed: it is rebased and verified again.`;
  return {
    state: 'running',
    step: 'rebase',
    reason: because('target-moved', message),
    head: result ?? head,
    since: since === undefined || result === undefined ? since : target.commit,
    superseded: [...new Set([...superseded, head, ...(result === undefined ? [] : [result])])].slice(-100),
    rounds: rounds + 1,
    result: undefined,
    rebased: undefined,
    verify: undefined,
    stop: undefined,
    progress: undefined,
    moved: false,
  };
}

function pushOf({ options, target }: Landing, { commit, remote, branch, before }: Pushed): Push {
  const mode = options.push;
  const url = mode === 'branch' ? pullRequestUrl(remote, { branch, target: target.branch }) : undefined;
  const known = { ...(before === undefined ? {} : { before }), ...(url === undefined ? {} : { pullRequestUrl: url }) };
  return { mode, remote, branch, commit, at: now(), ...known };
}
