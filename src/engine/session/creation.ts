import type { Actor } from '../../protocol/actor.ts';
import type { OperationParsedInput } from '../../protocol/operations.ts';
import type { Session } from '../../protocol/session.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import type { Base } from '../git/base.ts';
import { requireFreeBranch } from '../git/refName.ts';
import type { Mirror } from '../git/mirror.ts';
import { resolveSource, type Source } from '../git/source.ts';
import type { Store } from '../store/store.ts';
import { draftSession } from './draft.ts';
import type { MakingNotes } from './makingNotes.ts';
import type { Repositories } from './repositories.ts';

type CreateInput = OperationParsedInput<'session.create'>;

/** Turns what the user asked for into a session's record. Until the record is written nothing of the session exists. */
export class Creation {
  readonly #store: Store;
  readonly #repositories: Repositories;

  readonly #makings: MakingNotes;

  constructor(parts: { store: Store; repositories: Repositories; makings: MakingNotes }) {
    this.#store = parts.store;
    this.#repositories = parts.repositories;
    this.#makings = parts.makings;
  }

  async create(input: CreateInput, actor: Actor, signal: AbortSignal): Promise<Session> {
    if (input.mode === 'autonomous' && input.prompt.trim() === '')
      throw new FlotillaError(
        'invalid-input',
        'An autonomous session needs a task: say what it is to do, or start an interactive session.',
      );
    if (input.branch !== undefined) requireFreeBranch(input.branch, []);
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
    const heads = await mirror.heads(signal);
    throwIfCancelled(signal);
    // From here on nothing waits: two that ask for one branch at once can't both get it.
    const others = this.#store.sessions.list({ repositoryId: source.id }).map(({ branch }) => branch);
    requireFreeBranch(session.branch, [...heads.map(({ name }) => name), ...others]);
    this.#store.repositories.upsert(session.repository);
    this.#store.transaction(() => {
      this.#store.sessions.create(session, actor);
      this.#makings.keep(session.id, { certificates: input.certificates, origin: source.pushUrl });
    });
    return session;
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
        'Only a local folder has uncommitted work to take along. Start without it from a URL.',
      );
    const taken = await mirror.takeUncommitted(base, signal);
    const nested = taken.nested.map((folder) => `The repository inside ${JSON.stringify(folder)} was not taken along.`);
    return { base: { ref: base.ref, commit: taken.commit }, nested };
  }
}

/** Uncommitted work of a local folder, named and left alone unless it was asked for. */
function uncommittedNotice(input: CreateInput, source: Source): string[] {
  const dirty = source.folder?.dirty;
  if (dirty === undefined || input.takeUncommitted || dirty.modified + dirty.untracked === 0) return [];
  const files = (count: number, what: string): string => `${count} ${what} ${count === 1 ? 'file' : 'files'}`;
  return [
    `Uncommitted work in the folder was left alone (${files(dirty.modified, 'changed')}, ${files(dirty.untracked, 'untracked')}). It comes along only when a session is started with it.`,
  ];
}
