import { z } from 'zod';
import { type RepositoryRef, repositoryRefSchema } from '../../protocol/session.ts';
import { now } from '../base/clock.ts';
import type { Database } from './database.ts';

const row = repositoryRefSchema.extend({ usedAt: z.string() });

/** A repository that sessions were made from, and when last. */
export type KnownRepository = z.output<typeof row>;

export class Repositories {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes that a repository is used now. */
  upsert(repository: RepositoryRef): void {
    this.#database.run(
      'INSERT OR REPLACE INTO repositories (id, source, kind, name, used_at) VALUES (?, ?, ?, ?, ?)',
      repository.id,
      repository.source,
      repository.kind,
      repository.name,
      now(),
    );
  }

  /** The one used last comes first. */
  list(): KnownRepository[] {
    return this.#database.all(
      row,
      'SELECT id, source, kind, name, used_at AS usedAt FROM repositories ORDER BY used_at DESC, id',
    );
  }
}
