import type { Closable } from '../base/lifecycle.ts';
import type { Log } from '../base/log.ts';
import type { Database } from './database.ts';
import { Documents } from './documents.ts';
import { FollowUps } from './followUps.ts';
import { Journal } from './journal.ts';
import { migrations } from './migrations.ts';
import { openDatabase } from './openDatabase.ts';
import { Repositories } from './repositories.ts';
import { Sessions } from './sessions.ts';

/** What the engine remembers over its own end. Owned by the engine that holds the lock; nobody else opens the file. */
export class Store implements Closable {
  readonly journal: Journal;
  readonly sessions: Sessions;
  readonly repositories: Repositories;
  readonly followUps: FollowUps;
  readonly documents: Documents;
  readonly #database: Database;

  private constructor(database: Database, log: Log) {
    this.#database = database;
    this.journal = new Journal(database, log);
    this.sessions = new Sessions(database, this.journal, log);
    this.repositories = new Repositories(database);
    this.followUps = new FollowUps(database);
    this.documents = new Documents(database, log);
    this.journal.trim();
  }

  /**
   * Opens the file, or makes it. `setAside` names where a damaged file was moved to. Throws `engine-too-old` when a newer
   * Flotilla wrote it.
   */
  static open(file: string, log: Log): { store: Store; setAside?: string | undefined } {
    const { database, setAside } = openDatabase(file, migrations);
    if (setAside !== undefined) log.error('The store could not be read and was set aside', { setAside });
    return { store: new Store(database, log), setAside };
  }

  /** Several writes that must all be there or none; events in it are published at its end. */
  transaction<T>(work: () => T): T {
    return this.#database.transaction(work);
  }

  close(): void {
    this.#database.run("UPDATE facts SET value = 1 WHERE key = 'closed'");
    this.#database.close();
  }
}
