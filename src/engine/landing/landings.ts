import type { Actor } from '../../protocol/actor.ts';
import type { Landing, LandingPlan } from '../../protocol/landing.ts';
import type { OperationName, OperationOutput, OperationParsedInput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { Serial } from '../base/serial.ts';
import { actionsOf } from './actions.ts';
import type { Grounds } from './grounds.ts';
import type { Journeys } from './journeys.ts';
import { isOver, isOverAlready, underWay } from './isOver.ts';
import type { LandingBook } from './landingBook.ts';
import { type LandingPush, startAgain } from './landingPush.ts';
import { needsRevert } from './needsRevert.ts';
import { newerCommits, type NewestParts } from './newerCommits.ts';
import { newLanding } from './newLanding.ts';
import { optionsOf, optionsWith } from './options.ts';
import { type Planning, requireWork } from './planning.ts';
import { isVerified, maySkip, nextStep } from './pushable.ts';
import { because } from './reasons.ts';
import { requireAskable } from './requireAskable.ts';
import { requireAbortable, requireForward, requireUndoable } from './requireForward.ts';
import type { Resolving } from './resolving.ts';
import type { Targets } from './targets.ts';
import { shown } from './words.ts';
import type { Verifying } from './verifying.ts';

type Input<N extends OperationName> = OperationParsedInput<N>;

export interface LandingsParts extends NewestParts {
  readonly book: LandingBook;
  readonly find: (key: string) => Session;
  readonly grounds: Grounds;
  readonly journeys: Journeys;
  readonly planning: Planning;
  readonly pushing: LandingPush;
  readonly resolving: Resolving;
  readonly targets: Targets;
  readonly verifying: Verifying;
  readonly relation: (
    session: Session,
    ends: { target: string; head: string },
    signal: AbortSignal,
  ) => Promise<Relation>;
}

/** How a session's branch stands to its target. */
export interface Relation {
  readonly fastForward: boolean;
  readonly upToDate: boolean;
}

/** For asking a remote whether a push that was called off has arrived, in milliseconds. */
const askWithin = 30_000;

/**
 * What may be asked of landings. What takes long goes on by itself; the answer is the landing as it is then. What is asked of one session's
 * landing is done one after another, so that nobody decides by what was true before somebody else's word.
 */
export class Landings {
  readonly #parts: LandingsParts;
  readonly #turns = new Serial();

  constructor(parts: LandingsParts) {
    this.#parts = parts;
  }

  plan(input: Input<'landing.plan'>, signal: AbortSignal): Promise<LandingPlan> {
    return this.#parts.planning.plan(input, signal);
  }

  status(key: string): OperationOutput<'landing.status'> {
    const { book, verifying, find } = this.#parts;
    const { id } = find(key);
    const landing = book.peek(id);
    const verifyOutput = verifying.output(id);
    const actions = actionsOf(landing);
    if (landing === undefined) return { actions };
    return { landing, actions, ...(verifyOutput === undefined ? {} : { verifyOutput }) };
  }

  rebase(input: Input<'landing.rebase'>, actor: Actor, signal: AbortSignal): Promise<Landing> {
    return this.#turn(input.session, () => this.#begin(input, { whole: false, actor }, signal), signal);
  }

  land(input: Input<'landing.land'>, actor: Actor, signal: AbortSignal): Promise<Landing> {
    const act = (id: string): Promise<Landing> => {
      const landing = this.#parts.book.peek(id);
      if (landing?.state !== 'ready') return this.#begin(input, { whole: true, actor }, signal);
      if (input.target !== undefined && input.target !== landing.target.branch) throw underWay(landing);
      return this.#goOn(input, actor, signal);
    };
    return this.#turn(input.session, act, signal);
  }

  conflict(key: string, path: string, signal: AbortSignal): Promise<OperationOutput<'landing.conflict'>> {
    return this.#parts.resolving.sides(this.#atStop(key), path, signal);
  }

  resolve(input: Input<'landing.resolve'>, actor: Actor, signal: AbortSignal): Promise<Landing> {
    return this.#turn(input.session, () => this.#resolve(input, actor, signal), signal);
  }

  /** Goes on with a landing that waits. Rejects with `conflicts-open` while conflicts are left. */
  goOn(input: Input<'landing.continue'>, actor: Actor, signal: AbortSignal): Promise<Landing> {
    return this.#turn(input.session, () => this.#goOn(input, actor, signal), signal);
  }

  abort(key: string, actor: Actor): Promise<Landing> {
    return this.#turn(key, (id) => this.#abort(id, actor));
  }

  verify(input: Input<'landing.verify'>, actor: Actor): Promise<Landing> {
    return this.#turn(input.session, (id) => {
      const landing = this.#moved(id);
      const options = optionsWith(landing.options, input);
      if (options.verify === undefined)
        throw new FlotillaError('unverified', 'No verification is known for this repository: name a command.');
      const reason = because('verifying', `Running ${shown(options.verify)}.`);
      const whole = landing.whole && landing.state === 'paused';
      return this.#run({ ...landing, options, whole, step: 'verify', state: 'running', reason }, actor);
    });
  }

  push(input: Input<'landing.push'>, actor: Actor, signal: AbortSignal): Promise<Landing> {
    const act = (id: string): Promise<Landing> => {
      const landing = this.#moved(id);
      const options = optionsWith(landing.options, input);
      if (!isVerified(landing) && !maySkip(landing, input))
        throw new FlotillaError(
          'unverified',
          'This commit was not verified. Verify it, or say that it may be pushed unverified.',
        );
      const reason = because('pushing', 'Pushing.');
      return this.#push({ ...landing, options, step: 'push', state: 'running', reason }, actor, signal);
    };
    return this.#turn(input.session, act, signal);
  }

  undo({ session, revertTarget }: Input<'landing.undo'>, actor: Actor): Promise<Landing> {
    return this.#turn(session, (id) => {
      const landing = this.#still(id);
      requireUndoable(landing);
      const onTarget = landing.pushes.find(({ mode, undone }) => mode !== 'branch' && undone !== true);
      if (onTarget !== undefined && !revertTarget) throw needsRevert(onTarget.branch);
      const undo = { kind: 'undo', revertTarget } as const;
      const reason = because('undoing', 'The landing is being undone.');
      return this.#run({ ...landing, undo, step: 'undo', state: 'running', reason }, actor);
    });
  }

  async #resolve(input: Input<'landing.resolve'>, actor: Actor, signal: AbortSignal): Promise<Landing> {
    const { book, resolving } = this.#parts;
    const landing = this.#atStop(input.session);
    const { path, how, advice } = input;
    const files = landing.stop?.files ?? [];
    if (path !== undefined && !files.some((file) => file.path === path))
      throw new FlotillaError('invalid-input', `${JSON.stringify(path)} is not in conflict in this landing.`);
    if (how === 'claude') {
      requireAskable(files, path);
      return this.#askClaude(landing, { path, advice }, actor);
    }
    const all = files.filter(({ state }) => state !== 'accepted' || how === 'refuse');
    const paths = path === undefined ? all.map((file) => file.path) : [path];
    const changes = await resolving.decide(landing, paths, how, signal);
    return book.change(landing.session, changes, actor);
  }

  async #goOn(input: Input<'landing.continue'>, actor: Actor, signal: AbortSignal): Promise<Landing> {
    const { book, resolving, targets, find } = this.#parts;
    const session = find(input.session);
    const landing = this.#still(session.id);
    this.#requireOpen(session.id);
    const reason = because('going-on', 'The landing goes on.');
    if (landing.step === 'undo') return this.#run({ ...landing, state: 'running', reason }, actor);
    const options = optionsWith(landing.options, input);
    if (landing.reason.code === 'target-moved') {
      const target = await targets.find(session, landing.target.branch, signal);
      this.#requireOpen(session.id);
      return this.#run({ ...landing, ...startAgain(landing), target, options, state: 'running' }, actor);
    }
    if (landing.stop !== undefined) {
      const stop = await resolving.resolvedByHand(landing, signal);
      this.#requireOpen(session.id);
      return this.#run({ ...book.get(session.id), stop, asking: undefined, options, state: 'running' }, actor);
    }
    const whole = landing.whole || landing.state === 'ready';
    const step = nextStep(landing, maySkip(landing, input));
    const next: Landing = { ...landing, options, whole, step, state: 'running', reason };
    return step === 'push' ? this.#push(next, actor, signal) : this.#run(next, actor);
  }

  async #push(landing: Landing, actor: Actor, signal: AbortSignal): Promise<Landing> {
    const newer = isVerified(landing) ? undefined : await newerCommits(landing, this.#parts, signal);
    this.#requireOpen(landing.session);
    return this.#run({ ...landing, ...newer }, actor);
  }

  async #abort(id: string, actor: Actor): Promise<Landing> {
    const { book, journeys } = this.#parts;
    requireAbortable(book.get(id));
    await journeys.callOff(id);
    // What goes out can't be called back: it may have arrived before it was called off.
    if (!(await this.#hasArrived(book.get(id)))) requireAbortable(book.get(id));
    else
      throw new FlotillaError(
        'not-in-this-state',
        'The work was pushed just before: undo the landing to take it back.',
      );
    const reason = because('aborting', 'The landing is given up.');
    const undo = { kind: 'abort', revertTarget: false } as const;
    this.#run({ ...book.get(id), state: 'running', step: 'undo', undo, reason }, actor);
    await journeys.settled(id);
    return book.get(id);
  }

  /** A remote that can't be asked keeps nobody from giving up. */
  async #hasArrived(landing: Landing): Promise<boolean> {
    if (landing.step !== 'push' || isOver(landing)) return false;
    return this.#parts.pushing.hasArrived(landing, AbortSignal.timeout(askWithin)).catch(() => false);
  }

  async #begin(
    asked: Asked,
    { whole, actor }: { whole: boolean; actor: Actor },
    signal: AbortSignal,
  ): Promise<Landing> {
    const { book, grounds, targets, planning, find } = this.#parts;
    const { id, name } = find(asked.session);
    const before = book.peek(id);
    if (before !== undefined && !isOver(before)) throw underWay(before);
    grounds.requireIdle(id);
    const environment = await grounds.running(id, signal);
    const session = await grounds.secure(id, environment);
    const head = requireWork(session);
    const target = await targets.find(session, asked.target, signal);
    const since = book.since(session, target.branch);
    const ends = { target: since ?? target.commit, head };
    const relation = await this.#parts.relation(session, ends, signal);
    const isForward = since === undefined && relation.fastForward;
    if (relation.upToDate)
      throw new FlotillaError('nothing-to-push', `${target.branch} holds all work of "${name}" already.`);
    const verification = await planning.verification(session, target, signal, asked.verify);
    const options = optionsOf(asked, before, verification);
    return this.#run(newLanding({ session, target, head, since, options, whole, isForward }), actor);
  }

  #askClaude(
    landing: Landing,
    { path, advice }: { path: string | undefined; advice: string | undefined },
    actor: Actor,
  ): Landing {
    const asking = { ...(path === undefined ? {} : { paths: [path] }), ...(advice === undefined ? {} : { advice }) };
    const reason = because('resolving', 'Claude is asked to resolve.');
    return this.#run({ ...landing, asking, step: 'resolve', state: 'running', reason }, actor);
  }

  #run(landing: Landing, actor: Actor): Landing {
    const { book, journeys } = this.#parts;
    const written = book.write(landing, actor);
    if (written.state === 'running') journeys.start(landing.session);
    return written;
  }

  async #turn(key: string, act: (id: string) => Promise<Landing> | Landing, signal?: AbortSignal): Promise<Landing> {
    const { id } = this.#parts.find(key);
    return this.#turns.run(id, async () => {
      throwIfCancelled(signal);
      return act(id);
    });
  }

  /** A landing at which nothing goes on just now. */
  #still(id: string): Landing {
    const landing = this.#parts.book.get(id);
    if (landing.state === 'running' || this.#parts.journeys.has(id)) throw underWay(landing);
    return landing;
  }

  /** Asked again after each wait: the session may have been cancelled or removed meanwhile. */
  #requireOpen(id: string): void {
    if (isOver(this.#parts.book.get(id))) throw isOverAlready();
  }

  #atStop(key: string): Landing {
    const landing = this.#still(this.#parts.find(key).id);
    requireForward(landing);
    if (landing.stop !== undefined && !isOver(landing)) return landing;
    throw new FlotillaError('not-in-this-state', 'This landing stands at no conflict.');
  }

  #moved(id: string): Landing {
    const landing = this.#still(id);
    if (isOver(landing)) throw isOverAlready();
    requireForward(landing);
    if (landing.moved && landing.result !== undefined) return landing;
    throw new FlotillaError('not-in-this-state', 'Rebase the session onto its target first.');
  }
}

type Asked = Partial<Input<'landing.land'>> & { readonly session: string };
