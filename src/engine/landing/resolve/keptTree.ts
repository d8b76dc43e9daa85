import { FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import { pathBytes, pathOf } from '../../git/pathName.ts';
import { type Environment, places, type RunResult } from '../../runtime/contract.ts';

/** One version of a file: how git keeps it. */
export interface Version {
  /** `100644`, `100755`, `120000` a link, `160000` a submodule. */
  readonly mode: string;
  readonly object: string;
}

/** The versions of a conflicted file. `ours` is the target with what was landed so far, `theirs` the session's commit. */
export interface Sides {
  readonly path: string;
  readonly base?: Version | undefined;
  readonly ours?: Version | undefined;
  readonly theirs?: Version | undefined;
}

/** A file that is not as it was kept; without `now` it is gone. */
export interface Change {
  readonly path: string;
  readonly before?: Version | undefined;
  readonly now?: Version | undefined;
}

export interface Look {
  /** Index, HEAD or the rebase had been changed, and are as they were again. */
  readonly gitRestored: boolean;
  /** All files as they are on disk, as a tree. */
  readonly tree: string;
  readonly changes: readonly Change[];
}

type Where = Pick<Environment, 'run'>;
type Verb = 'save' | 'look' | 'back' | 'undo' | 'forget';

const maxEntries = 20_000;

/** A landing's work tree as it stood before somebody else worked in it (media/tools/resolve.sh): what was changed, and the way back. */
export class KeptTree {
  readonly #where: Where;
  readonly #folder: string;

  constructor(where: Where, folder: string) {
    this.#where = where;
    this.#folder = folder;
  }

  /** Keeps it as it is now; answers the tree of its files and the conflicts that the index holds. */
  async save(signal: AbortSignal): Promise<{ readonly tree: string; readonly conflicts: readonly Sides[] }> {
    const [first = '', ...lines] = await this.#lines('save', signal);
    return { tree: treeOf(first), conflicts: sidesOf(lines) };
  }

  /** What differs from a tree that `save` or `look` answered. Git's own state is put back on the way. */
  async look(since: string, signal: AbortSignal): Promise<Look> {
    const [git, tree = '', ...lines] = await this.#lines('look', signal, since);
    return { gitRestored: git === 'git restored', tree: treeOf(tree), changes: lines.flatMap(changeOf) };
  }

  /** Makes paths as they are in such a tree. */
  async back(paths: readonly string[], since: string, signal: AbortSignal): Promise<void> {
    if (paths.length === 0) return;
    const input = Buffer.concat(paths.flatMap((path) => [pathBytes(path), Buffer.from([0])]));
    await this.#run('back', signal, { since, input });
  }

  /** Makes everything as it was kept. False when nothing was kept. */
  async undo(signal: AbortSignal): Promise<boolean> {
    return (await this.#lines('undo', signal))[0] === 'undone';
  }

  async forget(signal: AbortSignal): Promise<void> {
    await this.#run('forget', signal);
  }

  async #lines(verb: Verb, signal: AbortSignal, since?: string): Promise<string[]> {
    const { stdout } = await this.#run(verb, signal, { since });
    return stdout.toString('utf8').split('\n').slice(0, maxEntries);
  }

  async #run(
    verb: Verb,
    signal: AbortSignal,
    { since, input }: { since?: string | undefined; input?: Uint8Array } = {},
  ): Promise<RunResult> {
    const script = `${places.tools}/resolve.sh`;
    const command = ['sh', script, verb, this.#folder, ...(since === undefined ? [] : [since])] as const;
    const result = await this.#where.run({ command, cwd: '/', input }, signal);
    throwIfCancelled(signal, 'Resolving conflicts');
    if (result.exitCode === 0) return result;
    if (result.exitCode === undefined)
      throw new FlotillaError('environment-gone', 'The environment ended while conflicts were resolved in it.');
    throw new FlotillaError(
      'git-failed',
      'The conflicts could not be looked at in the environment. Abort the landing and begin it again.',
      { detail: `resolve.sh ${verb} ended with ${result.exitCode}: ${result.stderr.slice(-2000)}` },
    );
  }
}

function treeOf(line: string): string {
  const [, tree] = /^tree ([0-9a-f]{40}|[0-9a-f]{64})$/.exec(line) ?? [];
  if (tree === undefined) throw new FlotillaError('git-failed', 'The environment did not say what its files are.');
  return tree;
}

const stages = { 1: 'base', 2: 'ours', 3: 'theirs' } as const;

function sidesOf(lines: readonly string[]): Sides[] {
  const found = new Map<string, Sides>();
  for (const line of lines) {
    const [, mode, object, stage, name] = /^(\d{6}) ([0-9a-f]{40,64}) ([123])\t(.+)$/.exec(line) ?? [];
    if (mode === undefined || object === undefined || name === undefined) continue;
    const path = pathOf(name);
    const side = stages[Number(stage) as keyof typeof stages];
    found.set(path, { ...(found.get(path) ?? { path }), [side]: { mode, object } });
  }
  return [...found.values()];
}

const versionOf = (mode = '', object = ''): Version | undefined => (/^0+$/.test(mode) ? undefined : { mode, object });

function changeOf(line: string): Change[] {
  const [, before, now, object, nowObject, name] =
    /^:(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [A-Z]\t(.+)$/.exec(line) ?? [];
  if (name === undefined) return [];
  return [{ path: pathOf(name), before: versionOf(before, object), now: versionOf(now, nowObject) }];
}
