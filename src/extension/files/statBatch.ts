import type { FileStat } from '../../protocol/fileOperations.ts';

type AskStats = (session: string, paths: readonly string[]) => Promise<readonly (FileStat | undefined)[]>;

interface Waiting {
  readonly path: string;
  readonly resolve: (stat: FileStat | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds in which questions gather, and how many go in one. */
const gatherMs = 4;
const most = 500;

/** Gathers the questions that VS Code asks one by one, so that an editor or a folder costs one way into the environment. */
export class StatBatch {
  readonly #ask: AskStats;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(ask: AskStats) {
    this.#ask = ask;
  }

  stat(session: string, path: string): Promise<FileStat | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(session) ?? [];
      if (waiting.length === 0) setTimeout(() => void this.#send(session), gatherMs);
      waiting.push({ path, resolve, reject });
      this.#waiting.set(session, waiting);
    });
  }

  async #send(session: string): Promise<void> {
    const waiting = this.#waiting.get(session) ?? [];
    this.#waiting.delete(session);
    const paths = [...new Set(waiting.map(({ path }) => path))];
    try {
      const found = new Map<string, FileStat | undefined>();
      for (let at = 0; at < paths.length; at += most) {
        const part = paths.slice(at, at + most);
        const stats = await this.#ask(session, part);
        part.forEach((path, index) => found.set(path, stats[index]));
      }
      for (const { path, resolve } of waiting) resolve(found.get(path));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
