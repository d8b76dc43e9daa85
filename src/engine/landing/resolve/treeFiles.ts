import { FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import { pathBytes } from '../../git/pathName.ts';
import type { Environment } from '../../runtime/contract.ts';

const byName = (path: string): Buffer => Buffer.concat([pathBytes(path), Buffer.from([0])]);
const defaultMarkerSize = 7;

/** Writes conflicted files of a landing's work tree, and reads what git's attributes say of them. */
export class TreeFiles {
  readonly #where: Pick<Environment, 'run'>;
  readonly #folder: string;

  constructor(where: Pick<Environment, 'run'>, folder: string) {
    this.#where = where;
    this.#folder = folder;
  }

  /** Puts the version of one side into the file, with its mode. */
  async take(path: string, side: 'ours' | 'theirs', signal: AbortSignal): Promise<void> {
    const stage = side === 'ours' ? '--stage=2' : '--stage=3';
    await this.#run(['git', 'checkout-index', '--force', '--quiet', stage, '-z', '--stdin'], byName(path), signal);
  }

  /** Writes a file whose name is in UTF-8. */
  async write(path: string, content: string, signal: AbortSignal): Promise<void> {
    await this.#run(['sh', '-c', 'cat >"$1"', 'sh', `./${path}`], content, signal);
  }

  /** How long conflict markers are, by path. */
  async markerSizes(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const command = ['git', 'check-attr', '-z', '--stdin', 'conflict-marker-size'] as const;
    const answer = await this.#run(command, Buffer.concat(paths.map(byName)), signal);
    const words = answer.toString('latin1').split('\0');
    // Three words for each path, in the order that they were asked for.
    return new Map(paths.map((path, at) => [path, sizeOf(words[at * 3 + 2])]));
  }

  async #run(
    command: readonly [string, ...string[]],
    input: string | Uint8Array,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await this.#where.run({ command, cwd: this.#folder, input }, signal);
    throwIfCancelled(signal, 'Resolving conflicts');
    if (exitCode === 0) return stdout;
    const detail = `${command.slice(0, 2).join(' ')} ended with ${exitCode ?? 'no exit code'}: ${stderr.slice(-2000)}`;
    throw new FlotillaError('git-failed', 'A conflicted file could not be written in the environment.', { detail });
  }
}

const sizeOf = (text = ''): number => (/^[1-9]\d{0,2}$/.test(text) ? Number(text) : defaultMarkerSize);
