import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Where the session room keeps things on the host, below the engine's data folder. Only the user can look inside (0700). */
export class DataFolders {
  readonly mirrors: string;
  readonly workStores: string;
  readonly #sessions: string;

  constructor(data: string) {
    this.mirrors = path.join(data, 'mirrors');
    this.workStores = path.join(data, 'work');
    this.#sessions = path.join(data, 'sessions');
    for (const folder of [this.mirrors, this.workStores, this.#sessions])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  session(id: string): string {
    return path.join(this.#sessions, id);
  }

  /** The folder with the gateway's socket; mounted into the environment, so its user must be able to enter it. */
  api(id: string): string {
    return path.join(this.session(id), 'api');
  }

  make(id: string): void {
    mkdirSync(this.session(id), { recursive: true, mode: 0o700 });
    mkdirSync(this.api(id), { recursive: true });
    chmodSync(this.api(id), 0o755);
  }

  remove(id: string): void {
    rmSync(this.session(id), { recursive: true, force: true });
  }
}
