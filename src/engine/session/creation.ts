import type { Actor } from '../../protocol/actor.ts';
import type { OperationParsedInput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import type { Base } from '../git/base.ts';
import { isBranchName } from '../git/refName.ts';
import type { Mirror } from '../git/mirror.ts';
import { resolveSource, type Source } from '../git/source.ts';
import type { Store } from '../store/store.ts';
import { draftSession } from './draft.ts';
import type { Repositories } from './repositories.ts';

type CreateInput = OperationParsedInput<'session.create'>;

/** Turns what the user asked for into a session's record. Until the record is written nothing of the session exists. */
export class Creation {
  readonly #store: Store;
  readonly #repositories: Repositories;

  constructor(store: Store, repositories: Repositories) {
    this.#store = store;
    this.#repositories = repositories;
  }

  async create(input: CreateInput, actor: Actor, signal: AbortSignal): Promise<Session> {
    if (input.mode === 'autonomous' && input.prompt.trim() === '')
      throw new FlotillaError(
        'invalid-input',
        'An autonomous session needs a task: give it with --prompt, or start an interactive session.',
      );
    if (input.branch !== undefined && !isBranchName(input.branch))
      throw new FlotillaError(
        'invalid-input',
        `${JSON.stringify(input.branch)} is no name for a branch. Use letters, digits, "-", "_", "." and "/".`,
      );
    const source = await resolveSource(input.repository, undefined, signal);
    const mirror = this.#repositories.mirror(source);
    await mirror.ensure(signal);
    const { base, nested } = await this.#base(input, source, mirror, signal);
    const notices = [
      ...uncommittedNotice(input, source),
      ...nested,
      ...(await mirror.inspectBase(base.commit, signal)),
    ];
    const session = draftSession(input, source, base, notices);
    await this.#requireFreeBranch(session, mirror, signal);
    throwIfCancelled(signal);
    this.#store.repositories.upsert(session.repository);
    return this.#store.sessions.create(session, actor);
  }

  async #base(
    input: CreateInput,
    source: Source,
    mirror: Mirror,
    signal: AbortSignal,
  ): Promise<{ base: Base; nested: string[] }> {
    const base = await mirror.resolveBase(input.base, signal);
    if (!input.takeUncommitted) return { base, nested: [] };
    if (source.kind !== 'folder')
      throw new FlotillaError(
        'invalid-input',
        'Only a local folder has uncommitted work to take along. Leave --take-uncommitted out for a URL.',
      );
    const taken = await mirror.takeUncommitted(base, signal);
    const nested = taken.nested.map((folder) => `The repository inside ${JSON.stringify(folder)} was not taken along.`);
    return { base: { ref: base.ref, commit: taken.commit }, nested };
  }

  async #requireFreeBranch(session: Session, mirror: Mirror, signal: AbortSignal): Promise<void> {
    const { repository, branch } = session;
    const taken = this.#store.sessions.list({ repositoryId: repository.id }).find((other) => other.branch === branch);
    if (taken !== undefined)
      throw new FlotillaError(
        'branch-taken',
        `The branch ${branch} belongs to the session "${taken.name}" (${taken.id}). Choose another with --branch.`,
      );
    if ((await mirror.heads(signal)).some(({ name }) => name === branch))
      throw new FlotillaError(
        'branch-taken',
        `The repository already has a branch ${branch}. Choose another with --branch, or start from it with --base ${branch}.`,
      );
  }
}

/** Uncommitted work of a local folder, named and left alone unless it was asked for. */
function uncommittedNotice(input: CreateInput, source: Source): string[] {
  const dirty = source.folder?.dirty;
  if (dirty === undefined || input.takeUncommitted || dirty.modified + dirty.untracked === 0) return [];
  const files = (count: number, what: string): string => `${count} ${what} ${count === 1 ? 'file' : 'files'}`;
  return [
    `Uncommitted work in the folder was left alone (${files(dirty.modified, 'changed')}, ${files(dirty.untracked, 'untracked')}). Take it along with --take-uncommitted.`,
  ];
}
