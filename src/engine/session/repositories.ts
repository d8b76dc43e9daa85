import path from 'node:path';
import type { RepositoryRef } from '../../protocol/session.ts';
import { Mirror } from '../git/mirror.ts';
import type { Source } from '../git/source.ts';
import { WorkStore } from '../git/workStore.ts';
import type { DataFolders } from './folders.ts';

/** The mirror and the work store of each repository. */
export class Repositories {
  readonly #folders: DataFolders;
  readonly #workStores = new Map<string, WorkStore>();

  constructor(folders: DataFolders) {
    this.#folders = folders;
  }

  /** Made anew each time: it holds what the folder has checked out now. */
  mirror(source: Source): Mirror {
    return Mirror.at(this.#folders.mirrors, source);
  }

  /** The mirror of a session's repository, as it was fetched last. */
  mirrorOf(repository: RepositoryRef): Mirror {
    return this.mirror({ ...repository, url: repository.source, pushUrl: undefined });
  }

  /** The mirror's objects on the host, whether or not the mirror was opened in this life of the engine. */
  objectsFolder(repository: RepositoryRef): string {
    return path.join(this.#folders.mirrors, `${repository.id}.git`, 'objects');
  }

  workStore(repository: RepositoryRef): WorkStore {
    let store = this.#workStores.get(repository.id);
    if (store === undefined) {
      store = WorkStore.open(
        path.join(this.#folders.workStores, `${repository.id}.git`),
        this.objectsFolder(repository),
      );
      this.#workStores.set(repository.id, store);
    }
    return store;
  }
}
