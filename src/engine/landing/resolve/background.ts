import { throwIfCancelled } from '../../base/errors.ts';
import type { Environment } from '../../runtime/contract.ts';

/** What Claude is told about both intents. All of it was written by others and is shown to Claude as such. */
export interface Background {
  /** Of the commit that is being moved. */
  readonly message: string;
  /** Commits of the target that touched the files, newest first, with subject and body. */
  readonly targetLog: string;
}

interface Question {
  readonly commit: string;
  readonly target: string;
  readonly paths: readonly string[];
}

const mostCommits = 20;
/** Paths that are asked about; a command line has an end. */
const mostPaths = 100;
const longestMessage = 4000;
const longestLog = 16_000;

/** Reads the background from the repository in the environment. What can't be read is left out. */
export class History {
  readonly #where: Pick<Environment, 'run'>;
  readonly #folder: string;

  constructor(where: Pick<Environment, 'run'>, folder: string) {
    this.#where = where;
    this.#folder = folder;
  }

  async background({ commit, target, paths }: Question, signal: AbortSignal): Promise<Background> {
    // A name that is not in UTF-8 can't be an argument here.
    const names = paths.filter((path) => !path.startsWith('"')).slice(0, mostPaths);
    const log = ['log', `--max-count=${mostCommits}`, '--no-merges', '--date=short'];
    const format = '--format=%h %ad %an: %s%n%w(0,4,4)%b';
    return {
      message: await this.#git(['log', '-1', '--format=%B', commit, '--'], longestMessage, signal),
      targetLog:
        names.length === 0
          ? ''
          : await this.#git([...log, format, target, `^${commit}`, '--', ...names], longestLog, signal),
    };
  }

  /** What changed between two versions of a file, as a patch without its head. */
  async patch(from: string, to: string, signal: AbortSignal): Promise<string> {
    const args = ['diff', '--no-ext-diff', '--no-textconv', '--unified=12', from, to];
    const text = await this.#git(args, 200_000, signal);
    return text.slice(Math.max(0, text.search(/^@@/m)));
  }

  async #git(args: readonly string[], longest: number, signal: AbortSignal): Promise<string> {
    const settings = [
      '-c',
      'core.fsmonitor=false',
      '-c',
      'color.ui=false',
      '--literal-pathspecs',
      '--no-pager',
    ] as const;
    const command = ['git', ...settings, ...args] as const;
    const { exitCode, stdout } = await this.#where.run({ command, cwd: this.#folder, maxBytes: longest * 4 }, signal);
    throwIfCancelled(signal, 'Resolving conflicts');
    const text = exitCode === 0 ? stdout.toString('utf8').trim() : '';
    return text.length > longest ? `${text.slice(0, longest)}\n[cut]` : text;
  }
}
