import { z } from 'zod';
import { FlotillaError, messageOf, throwIfCancelled } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import { now } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Session } from '../../protocol/session.ts';
import { type Checkpoint, checkpointCommand } from '../git/checkpoint.ts';
import type { Connect } from '../git/incoming.ts';
import { uploadPackCommand } from '../git/uploadPack.ts';
import type { WorkStore } from '../git/workStore.ts';
import type { Documents } from '../store/documents.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import type { SessionBook } from './book.ts';
import { type HeldInside, heldInsideSchema } from './heldInside.ts';
import { Coalesced } from './coalesced.ts';
import type { Repositories } from './repositories.ts';

/** Longest a checkpoint may take in the environment, in milliseconds. */
const checkpointTimeout = 120_000;
/** Longest the fetch may take, in milliseconds. */
const fetchTimeout = 600_000;
/** Commits of one homecoming that get a line of their own in the timeline. */
const maxCommitLines = 50;

const holdSchema = z.enum(['looking', 'filling']);
type HoldStage = z.output<typeof holdSchema>;

/** Brings what a session's environment holds into the work store: a checkpoint of the tree, then branch and checkpoints. */
export class Homecoming {
  readonly #book: SessionBook;
  readonly #runtime: Runtime;
  readonly #repositories: Repositories;
  readonly #log: Log;
  readonly #marks: Documents;
  readonly #underWay = new Map<string, AbortController>();
  readonly #jobs = new Map<string, Coalesced<void>>();
  readonly #listeners = new Set<(id: string) => void>();

  constructor(parts: { book: SessionBook; runtime: Runtime; repositories: Repositories; marks: Documents; log: Log }) {
    this.#marks = parts.marks;
    this.#book = parts.book;
    this.#runtime = parts.runtime;
    this.#repositories = parts.repositories;
    this.#log = parts.log;
  }

  /**
   * Brings everything home that was there when this was called. Calls that come while one runs share the next run.
   * Rejects when the environment doesn't run or git fails; nothing in the environment or the store is then lost.
   */
  bring(id: string): Promise<void> {
    let job = this.#jobs.get(id);
    if (job === undefined) {
      job = new Coalesced(() => this.#bring(id));
      this.#jobs.set(id, job);
    }
    return job.run();
  }

  /** Like `bring`, but logs a failure instead of rejecting: the next time brings home what this one did not. */
  async bringOrLog(id: string): Promise<void> {
    await this.bring(id).catch((error: unknown) => {
      this.#logFailure(id, error);
    });
  }

  /**
   * Like `bring`, but says nothing where there is no running environment, and logs a failure instead of rejecting: what came home
   * before can be seen all the same. False when a running environment holds what could not be brought. Rejects with `cancelled` when the
   * signal fires.
   */
  async bringIfRunning(id: string, signal: AbortSignal): Promise<boolean> {
    if (this.#book.get(id).environment === undefined || this.heldBack(id) !== undefined) return true;
    let isRunning = false;
    try {
      const environment = await this.#runtime.find(id, signal);
      isRunning = environment !== undefined && (await environment.status(signal)) === 'running';
      if (isRunning) await this.bring(id);
      return true;
    } catch (error) {
      throwIfCancelled(signal);
      this.#logFailure(id, error);
      return !isRunning;
    }
  }

  /** Hears each time that new commits of a session have come home. */
  onHome(listener: (id: string) => void): void {
    this.#listeners.add(listener);
  }

  #logFailure(id: string, error: unknown): void {
    this.#log.warn('work could not be brought home', { session: id, error: messageOf(error) });
  }

  /** Claude begins: from now on the environment may hold what is not home. */
  begin(id: string): void {
    this.#marks.put('home', id, false);
  }

  /** A Claude has begun in the session's environment, now or earlier: it may hold something. */
  hasBegun(id: string): boolean {
    return this.#marks.get(z.boolean(), 'home', id) !== undefined;
  }

  /**
   * Brings everything home after Claude has ended; an environment that does not run is started for it, unless all is home already.
   */
  async bringHalted(id: string, environment: Environment): Promise<void> {
    // A workspace that is being filled again holds nothing that isn't home.
    if (this.heldBack(id) === 'filling') return;
    if ((await environment.status()) !== 'running') {
      if (this.isHome(id)) return;
      await environment.start();
    }
    await this.bring(id);
  }

  /** Everything came home and the environment rests since: whoever works in a running one, Claude or not, may change it. */
  noteHome(id: string): void {
    this.#marks.put('home', id, true);
  }

  /** All that the environment holds has come home. */
  isHome(id: string): boolean {
    return this.#marks.get(z.boolean(), 'home', id) !== false;
  }

  /** What the environment held beside branches and checkpoints when everything came home last. */
  inside(id: string): HeldInside {
    return this.#marks.get(heldInsideSchema, 'inside', id) ?? heldInsideSchema.parse({});
  }

  /**
   * The environment is being made anew: until `release`, what its workspace looks like must not take the place of what came home.
   * `looking`: its volumes may still hold work; `filling`: they hold none.
   */
  holdBack(id: string, stage: HoldStage): void {
    this.#marks.put('hold', id, stage);
  }

  release(id: string): void {
    this.#marks.delete('hold', id);
  }

  heldBack(id: string): HoldStage | undefined {
    return this.#marks.get(holdSchema, 'hold', id);
  }

  /** Gives up what is under way: what the environment holds is no longer wanted. */
  abandon(id: string): void {
    this.#underWay.get(id)?.abort();
  }

  forget(id: string): void {
    this.#jobs.delete(id);
    this.#marks.delete('home', id);
    this.#marks.delete('hold', id);
    this.#marks.delete('inside', id);
  }

  async #bring(id: string): Promise<void> {
    const controller = new AbortController();
    this.#underWay.set(id, controller);
    try {
      await this.#bringAll(id, controller.signal);
    } finally {
      this.#underWay.delete(id);
    }
  }

  async #bringAll(id: string, given: AbortSignal): Promise<void> {
    const within = (ms: number): AbortSignal => AbortSignal.any([given, AbortSignal.timeout(ms)]);
    const session = this.#book.get(id);
    if (this.heldBack(id) !== undefined) throw beingMade(session);
    const environment = await this.#runtime.find(id, within(30_000));
    if (environment === undefined)
      throw new FlotillaError('environment-gone', `The environment of ${session.name} no longer exists.`);
    const checkpoint = await this.#checkpoint(session, environment, within(checkpointTimeout));
    faultPoint('home.checkpoint');
    const store = this.#repositories.workStore(session.repository);
    const signal = within(fetchTimeout);
    const { refs, shallow } = checkpoint;
    const whole = shallow ? undefined : session.base.commit;
    await store.receive(id, { connect: (inner) => connect(environment, inner), signal, refs, whole });
    faultPoint('home.received');
    const { stashes, workTrees, tags, nested, leftOut } = checkpoint;
    this.#marks.put('inside', id, { stashes, workTrees, tags, nested, leftOut });
    this.#noteCheckpoint(session, checkpoint);
    await this.#noteHead(id, store);
  }

  async #checkpoint(session: Session, environment: Environment, signal: AbortSignal): Promise<Checkpoint> {
    const { command, parse } = checkpointCommand(environment.workspaceFolder);
    const checkpoint = parse(await environment.run({ command }, signal));
    for (const folder of checkpoint.nested)
      this.#noteUnsaved(
        session.id,
        `The repository inside ${JSON.stringify(folder)} is not saved with the session: commit and push it from there.`,
      );
    for (const left of checkpoint.leftOut)
      this.#noteUnsaved(
        session.id,
        `Not saved with the session: the ${left}. Ask Claude to put its work on a branch with a plain name of at most 200 characters.`,
      );
    if (checkpoint.shallow)
      this.#noteUnsaved(
        session.id,
        'The history inside is cut off, as after a fetch with --depth: what stands on it can be pushed after git fetch --unshallow.',
      );
    for (const path of checkpoint.unsaved)
      this.#noteUnsaved(
        session.id,
        `${JSON.stringify(path)} could not be read and is not saved with the session: make it readable for its user.`,
      );
    return checkpoint;
  }

  /** Only what has come home is told: a checkpoint that is still inside, or that was only claimed, helps nobody. */
  #noteCheckpoint({ id, checkpoint: before }: Session, { newest, refs }: Checkpoint): void {
    if (newest === undefined || newest.commit === before?.commit) return;
    const ref = `refs/flotilla/checkpoints/${newest.number}`;
    if (!refs.some((one) => one.ref === ref && one.commit === newest.commit)) return;
    this.#book.change(id, { checkpoint: { commit: newest.commit, at: now(), number: newest.number } });
    this.#book.timeline(id, { kind: 'checkpoint', text: `#${newest.number}`, subject: newest.commit });
  }

  #noteUnsaved(id: string, notice: string): void {
    const { notices } = this.#book.get(id);
    if (!notices.includes(notice) && notices.length < 100) this.#book.change(id, { notices: [...notices, notice] });
  }

  /** Tells of commits that came home and keeps the newest. */
  async #noteHead(id: string, store: WorkStore): Promise<void> {
    const session = this.#book.get(id);
    const commit = await store.head(id, session.branch);
    if (commit === undefined || commit === session.head?.commit) return;
    const [ahead, commits] = await Promise.all([
      store.ahead(session.base.commit, commit),
      store.commits(session.head?.commit ?? session.base.commit, commit, maxCommitLines),
    ]);
    this.#book.change(id, { head: { commit, ahead } });
    for (const { id: subject, subject: text } of commits.toReversed())
      this.#book.timeline(id, { kind: 'commit', text, subject });
    for (const listener of this.#listeners) listener(id);
  }
}

const beingMade = ({ name }: Session): FlotillaError =>
  new FlotillaError(
    'work-not-home',
    `The environment of "${name}" was being made anew and is not finished. Resume the session, or remove it and discard what its volumes may hold.`,
  );

/** Upload-pack inside the environment, as the two streams that the host's git talks to. */
const connect = async (environment: Environment, signal: AbortSignal): Promise<Awaited<ReturnType<Connect>>> => {
  const exec = await environment.exec({ command: uploadPackCommand(environment.workspaceFolder) }, signal);
  exec.stderr.resume();
  return { toUploadPack: exec.stdin, fromUploadPack: exec.stdout, end: exec.exitCode };
};
