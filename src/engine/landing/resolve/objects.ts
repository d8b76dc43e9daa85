import { FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import type { Environment } from '../../runtime/contract.ts';

/** Bytes of one version of a file that is looked at; a larger one is nothing for Claude and nothing to be checked. */
export const longestFile = 2 * 1024 * 1024;
/** Bytes of all that is read in one go. */
const maxBytes = 64 * 1024 * 1024;

/** Reads contents of files by their object ids, from a repository in an environment. */
export class Objects {
  readonly #where: Pick<Environment, 'run'>;
  readonly #folder: string;
  readonly #known = new Map<string, Buffer | 'long'>();

  constructor(where: Pick<Environment, 'run'>, folder: string) {
    this.#where = where;
    this.#folder = folder;
  }

  /** Reads what is not known yet, in two calls. */
  async load(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => /^[0-9a-f]{40,64}$/.test(id) && !this.#known.has(id));
    if (missing.length === 0) return;
    const sizes = await this.#git('--batch-check=%(objectname) %(objecttype) %(objectsize)', missing, signal);
    let left = maxBytes / 2;
    const wanted: string[] = [];
    for (const line of sizes.toString('utf8').split('\n')) {
      const [, id, size] = /^([0-9a-f]{40,64}) blob (\d{1,15})$/.exec(line) ?? [];
      if (id === undefined) continue;
      left -= Number(size);
      if (Number(size) > longestFile || left < 0) this.#known.set(id, 'long');
      else wanted.push(id);
    }
    if (wanted.length > 0) this.#take(await this.#git('--batch', wanted, signal));
  }

  /** A content that was loaded; `long` when it is longer than is read, `undefined` when there is none. */
  get(id: string | undefined): Buffer | 'long' | undefined {
    return id === undefined ? undefined : this.#known.get(id);
  }

  #take(batch: Buffer): void {
    for (let at = 0; at < batch.length;) {
      const end = batch.indexOf('\n', at);
      const [, id, size] = /^([0-9a-f]{40,64}) blob (\d+)$/.exec(batch.toString('latin1', at, end)) ?? [];
      if (end < 0 || id === undefined) return;
      const from = end + 1;
      if (from + Number(size) > batch.length) return;
      this.#known.set(id, batch.subarray(from, from + Number(size)));
      at = from + Number(size) + 1;
    }
  }

  async #git(how: string, ids: readonly string[], signal: AbortSignal): Promise<Buffer> {
    const command = ['git', 'cat-file', how] as const;
    const input = ids.map((id) => `${id}\n`).join('');
    const result = await this.#where.run({ command, cwd: this.#folder, input, maxBytes }, signal);
    throwIfCancelled(signal, 'Resolving conflicts');
    if (result.exitCode === 0) return result.stdout;
    throw new FlotillaError('git-failed', 'The conflicted files could not be read in the environment.', {
      detail: result.stderr.slice(-2000),
    });
  }
}
