import PQueue from 'p-queue';
import { longestRead } from '../../protocol/fileOperations.ts';
import type { ChangedFile, OperationOutput, OperationParsedInput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import type { CheckpointRef } from '../git/checkpointRefs.ts';
import { landingFolder } from '../git/landingCommands.ts';
import type { Environment, Runtime } from '../runtime/contract.ts';
import type { Store } from '../store/store.ts';
import { fileFailure } from './fileFailures.ts';
import { HomeFiles } from './homeFiles.ts';
import { LiveFiles } from './liveFiles.ts';
import type { Repositories } from './repositories.ts';
import type { Rests } from './rests.ts';

/** Ways into environments at once: an editor's extensions may ask for hundreds of files in one breath. */
const atOnce = 8;
/** Trees of checkpoints that are remembered: putting one together takes some git processes. */
const maxTrees = 64;

/** Which files: the session's own, or those of the landing that is under way. */
type Tree = Pick<OperationParsedInput<'file.read'>, 'session' | 'root'>;

/** The folder of a landing's work tree. Rejects with `no-landing` when none is under way. */
function landingTree({ landing, name }: Session, workspaceFolder: string): string {
  if (landing !== undefined && !['landed', 'aborted', 'undone'].includes(landing.state))
    return landingFolder(workspaceFolder);
  throw new FlotillaError('no-landing', `No landing of "${name}" is under way, so it has no files of one.`);
}

/**
 * The files of sessions: those of the workspace while its environment runs, and what came home last otherwise; and how files
 * were at the base, at the newest commit and at checkpoints.
 */
export class SessionFiles {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #repositories: Repositories;
  readonly #rests: Pick<Rests, 'postpone'>;
  readonly #trees = new Map<string, Promise<string>>();
  readonly #ways = new PQueue({ concurrency: atOnce });

  constructor(parts: { store: Store; runtime: Runtime; repositories: Repositories; rests: Pick<Rests, 'postpone'> }) {
    this.#rests = parts.rests;
    this.#store = parts.store;
    this.#runtime = parts.runtime;
    this.#repositories = parts.repositories;
  }

  async stat(input: OperationParsedInput<'file.stat'>, signal: AbortSignal): Promise<OperationOutput<'file.stat'>> {
    const files = await this.#readable(input, signal);
    return { stats: (await files.stat(input.paths, signal)).map((stat) => stat ?? null) };
  }

  async list(input: OperationParsedInput<'file.list'>, signal: AbortSignal): Promise<OperationOutput<'file.list'>> {
    return (await this.#readable(input, signal)).list(input.path, signal);
  }

  async read(input: OperationParsedInput<'file.read'>, signal: AbortSignal): Promise<OperationOutput<'file.read'>> {
    const { content, stat } = await (await this.#readable(input, signal)).read(input.path, signal);
    return { content: content.toString('base64'), stat };
  }

  /** The files of a running workspace. Rejects with `not-in-this-state` when it does not run, and with `no-landing`. */
  async writable({ session: key, root }: Tree, signal: AbortSignal): Promise<LiveFiles> {
    const session = this.#store.sessions.find(key);
    const environment = await this.#running(session, signal);
    this.#rests.postpone(session.id);
    if (environment !== undefined) {
      const { workspaceFolder } = environment;
      return this.#live(environment, root === undefined ? workspaceFolder : landingTree(session, workspaceFolder));
    }
    throw new FlotillaError(
      'not-in-this-state',
      `The environment of "${session.name}" does not run, so its files can't be changed. Resume the session first.`,
    );
  }

  async atRevision(
    input: OperationParsedInput<'file.atRevision'>,
    signal: AbortSignal,
  ): Promise<OperationOutput<'file.atRevision'>> {
    const session = this.#store.sessions.find(input.session);
    const { commit, tree } = await this.#revision(session, input, signal);
    const files = await this.#repositories.workStore(session.repository).filesAt(tree);
    const content = await files.read(input.path, longestRead, signal);
    if (content === undefined) throw fileFailure(41, input.path);
    return { content: content.toString('base64'), commit };
  }

  async checkpoints(key: string, signal: AbortSignal): Promise<CheckpointRef[]> {
    const session = this.#store.sessions.find(key);
    return this.#repositories.workStore(session.repository).checkpoints(session.id, signal);
  }

  /** In which files a checkpoint differs from the base. */
  async checkpointChanges(key: string, commit: string, signal: AbortSignal): Promise<ChangedFile[]> {
    const session = this.#store.sessions.find(key);
    await this.#requireOwn(session, commit, signal);
    const tree = await this.#treeOf(session, commit);
    const store = this.#repositories.workStore(session.repository);
    return (await store.diff(session.base.commit, tree, { patch: false }, signal)).files;
  }

  async #readable({ session: key, root }: Tree, signal: AbortSignal): Promise<LiveFiles | HomeFiles> {
    // Of a landing nothing comes home before it has come to its end.
    if (root !== undefined) return this.writable({ session: key, root }, signal);
    const session = this.#store.sessions.find(key);
    const environment = await this.#running(session, signal);
    if (environment !== undefined) return this.#live(environment);
    const { tree } = await this.#revision(session, { which: 'checkpoint' }, signal);
    const at = session.checkpoint?.at ?? session.updatedAt;
    return new HomeFiles(await this.#repositories.workStore(session.repository).filesAt(tree), at);
  }

  #live(environment: Environment, workspaceFolder = environment.workspaceFolder): LiveFiles {
    const run: Environment['run'] = (command, signal) => this.#ways.add(() => environment.run(command, signal));
    return new LiveFiles({ workspaceFolder, run });
  }

  async #running({ id, environment }: Session, signal: AbortSignal): Promise<Environment | undefined> {
    if (environment === undefined) return undefined;
    const found = await this.#runtime.find(id, signal);
    return (await found?.status(signal)) === 'running' ? found : undefined;
  }

  async #revision(
    session: Session,
    { which, checkpoint }: Pick<OperationParsedInput<'file.atRevision'>, 'which' | 'checkpoint'>,
    signal: AbortSignal,
  ): Promise<{ commit: string; tree: string }> {
    const head = session.head?.commit ?? session.base.commit;
    if (which !== 'checkpoint') {
      const commit = which === 'base' ? session.base.commit : head;
      return { commit, tree: commit };
    }
    if (checkpoint !== undefined) await this.#requireOwn(session, checkpoint, signal);
    const commit = checkpoint ?? session.checkpoint?.commit;
    return commit === undefined ? { commit: head, tree: head } : { commit, tree: await this.#treeOf(session, commit) };
  }

  async #requireOwn(session: Session, commit: string, signal: AbortSignal): Promise<void> {
    const own = await this.#repositories.workStore(session.repository).checkpoints(session.id, signal);
    if (!own.some((checkpoint) => checkpoint.commit === commit))
      throw new FlotillaError('invalid-input', `"${session.name}" has no checkpoint ${commit.slice(0, 12)} any more.`);
  }

  /** The tree of a checkpoint with its untracked files; it never changes. */
  #treeOf(session: Session, commit: string): Promise<string> {
    const known = this.#trees.get(commit);
    if (known !== undefined) return known;
    const tree = this.#repositories.workStore(session.repository).workTree(commit);
    this.#trees.set(commit, tree);
    tree.catch(() => this.#trees.delete(commit));
    for (const oldest of [...this.#trees.keys()].slice(0, -maxTrees)) this.#trees.delete(oldest);
    return tree;
  }
}
