import { randomBytes } from 'node:crypto';
import path from 'node:path/posix';
import { throwIfCancelled } from '../../base/errors.ts';
import { Tail } from '../../base/tail.ts';
import { oneLine } from '../../claude/oneLine.ts';
import type { Environment } from '../../runtime/contract.ts';
import type { KeptTree } from './keptTree.ts';
import type { LockFile } from './lockFiles.ts';
import type { TreeFiles } from './treeFiles.ts';

export interface LockParts {
  readonly environment: Pick<Environment, 'run'>;
  readonly workTree: string;
  readonly kept: KeptTree;
  readonly files: TreeFiles;
}

/** What came of it: the tree of all files afterwards, and why it did not work, if so. */
export interface Made {
  readonly tree: string;
  readonly fault?: string | undefined;
}

/** Milliseconds that a package manager may take. */
const timeLimit = 3 * 60_000;

/** Makes lock files anew with their package managers, in the environment: what a project's code could do there, it could do before. */
export class LockMaking {
  readonly #parts: LockParts;

  constructor(parts: LockParts) {
    this.#parts = parts;
  }

  /** Starts from the target's version. When it does not work, the file is as it was; nothing else is changed either way. */
  async make(file: string, lock: LockFile, since: string, signal: AbortSignal): Promise<Made> {
    const { files, kept } = this.#parts;
    await files.take(file, 'ours', signal);
    const fault = await this.#run(file, lock, signal);
    const { changes, tree } = await kept.look(since, signal);
    const own = changes.find((change) => change.path === file);
    const isWhole = own?.now?.mode.startsWith('100') === true;
    const wrong = fault ?? (isWhole ? undefined : `${lock.manager} left no such file.`);
    const others = changes.map((change) => change.path).filter((one) => one !== file);
    await kept.back(wrong === undefined ? others : [file, ...others], since, signal);
    if (wrong === undefined && others.length === 0) return { tree };
    return { tree: (await kept.look(since, signal)).tree, fault: wrong };
  }

  async #run(file: string, lock: LockFile, signal: AbortSignal): Promise<string | undefined> {
    let fault: string | undefined;
    for (const command of lock.commands) {
      fault = await this.#try(file, { ...lock, command }, signal);
      if (fault === undefined) return undefined;
    }
    return fault;
  }

  async #try(
    file: string,
    { manager, command, variables }: LockFile & { readonly command: readonly string[] },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { environment, workTree } = this.#parts;
    const scratch = `/tmp/flotilla-lock-${randomBytes(6).toString('hex')}`;
    const words = command.map((word) => (word === '{scratch}' ? scratch : word));
    const limit = AbortSignal.timeout(timeLimit);
    const work = {
      // A program that is not there is an exit code to a shell, and no error of the environment.
      command: ['sh', '-c', '"$@"; code=$?; rm -rf "$0"; exit $code', scratch, ...words] as const,
      cwd: path.join(workTree, path.dirname(file)),
      variables: { CI: '1', ...variables },
      maxBytes: 256 * 1024,
    };
    try {
      const { exitCode, stdout, stderr } = await environment.run(work, AbortSignal.any([signal, limit]));
      throwIfCancelled(signal, 'Resolving conflicts');
      if (exitCode === 0) return undefined;
      if (exitCode === 127) return `${manager} is not there in the environment.`;
      return `${manager} failed: ${lastLine(stderr) ?? lastLine(stdout.toString('utf8')) ?? 'it did not say why'}`;
    } catch (error) {
      if (!limit.aborted || signal.aborted) throw error;
      return `${manager} took longer than ${timeLimit / 60_000} minutes.`;
    }
  }
}

function lastLine(text: string): string | undefined {
  const tail = new Tail();
  tail.write(text);
  const line = oneLine(tail.lines(1));
  return line === '' ? undefined : line;
}
