import type { Session } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import { nearest } from '../git/nearest.ts';
import { resolveSource, type Source } from '../git/source.ts';
import type { Repositories } from '../session/repositories.ts';

export interface Target {
  readonly branch: string;
  /** Fetched fresh; the mirror has it, and with the mirror the work store and every environment. */
  readonly commit: string;
}

/** Finds the branch that a session's work is to land on, where pushes of it would go. */
export class Targets {
  readonly #repositories: Repositories;

  constructor(repositories: Repositories) {
    this.#repositories = repositories;
  }

  /** Rejects with `target-unknown`, or as a fetch does. `named`: what the user asked for. */
  async find(session: Session, named: string | undefined, signal: AbortSignal): Promise<Target> {
    const source = await this.source(session, signal);
    const mirror = this.#repositories.mirror(source);
    await mirror.ensure(signal);
    const branches = named === undefined ? await this.#likely(session, source, signal) : [named];
    for (const branch of branches) {
      const commit = await this.#tip(source, branch, signal);
      if (commit !== undefined) return { branch, commit };
    }
    throw new FlotillaError('target-unknown', await this.#unknown(source, branches[0] ?? 'main', signal));
  }

  /** The target as it is known without asking the remote; `undefined` when it is not known. */
  async known(session: Session, named: string | undefined, signal: AbortSignal): Promise<Target | undefined> {
    const mirror = this.#repositories.mirrorOf(session.repository);
    const branch = named ?? session.base.ref;
    // A folder's mirror has the folder's branches; where its pushes go, a branch may be ahead of them.
    const fetched = session.repository.kind === 'folder' ? await mirror.fetchedTarget(branch, signal) : undefined;
    if (fetched !== undefined) return { branch, commit: fetched };
    const found = (await mirror.heads(signal)).find(({ name }) => name === branch);
    if (found !== undefined) return { branch, commit: found.commit };
    if (named !== undefined) return undefined;
    const base = await mirror.resolveBase(undefined, signal);
    return { branch: base.ref, commit: base.commit };
  }

  source(session: Session, signal: AbortSignal): Promise<Source> {
    return resolveSource(session.repository.source, undefined, signal);
  }

  /** What the session started from, when that is a branch; then what the repository has as its default. */
  async #likely(session: Session, source: Source, signal: AbortSignal): Promise<string[]> {
    const mirror = this.#repositories.mirror(source);
    const heads = new Set((await mirror.heads(signal)).map(({ name }) => name));
    const fallback = (await mirror.resolveBase(undefined, signal)).ref;
    return [...new Set([session.base.ref, fallback, 'main', 'master'])].filter((name) => heads.has(name));
  }

  /** A folder's remote is where its pushes go, and may be ahead of the folder; a folder without one has its own branches alone. */
  async #tip(source: Source, branch: string, signal: AbortSignal): Promise<string | undefined> {
    const mirror = this.#repositories.mirror(source);
    if (source.pushUrl !== undefined || source.kind === 'url') return mirror.fetchTarget(branch, signal);
    return (await mirror.heads(signal)).find(({ name }) => name === branch)?.commit;
  }

  async #unknown(source: Source, branch: string, signal: AbortSignal): Promise<string> {
    const heads = await this.#repositories.mirror(source).heads(signal);
    const near = nearest(
      branch,
      heads.map(({ name }) => name),
    );
    const hint = near.length === 0 ? 'Name a branch that is there.' : `Did you mean ${near.join(', ')}?`;
    return `There is no branch ${JSON.stringify(branch)} to land on where ${source.source} is pushed to. ${hint}`;
  }
}
