import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { git } from '../localEnvironment.ts';
import type { Killed, Killer, KillPoint } from './killer.ts';

/** Something that is killed at each of its points in turn. */
export interface Scenario {
  /** What it changes; put back before each run, at the same place. */
  readonly folder: string;
  /** Runs it, killed or not. */
  readonly run: (killer: Killer, point: KillPoint) => Promise<Pick<Killed, 'points' | 'told'>>;
  /** What the engine does next; answers what must be the same however the run ended. */
  readonly goOn: () => unknown;
  /** What a run may not change, not even for a moment. */
  readonly kept?: (() => unknown) | undefined;
  /** Repositories that must be sound in the end, as they would be without a kill. */
  readonly repositories: readonly string[];
  /** Names of files and refs that may differ. */
  readonly free?: RegExp | undefined;
}

/** Makes its beds in an empty folder. */
export type MakeScenario = (folder: string) => Scenario | Promise<Scenario>;

export interface Finding {
  readonly at: number;
  /** Where it was killed. */
  readonly told: string;
  readonly wrong: string;
}

const aside = (folder: string): string => `${folder}.kept`;

function putBack(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  execFileSync('cp', ['-a', aside(folder), folder]);
}

/** Objects and history of git, and refs, which may be in files of their own or not: but for locks they are told by what they hold. */
const told = /(?:^|\/)(?:objects\/(?!.*\.lock$)|logs(?:\/|$)|refs\/(?!.*\.lock$))/;

/** Names of everything below a folder but what is told otherwise. */
export function namesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !told.test(name))
    .sort();
}

/** A bare one has it itself. */
const gitFolder = (repository: string): string => {
  const inside = path.join(repository, '.git');
  return existsSync(inside) ? inside : repository;
};

function soundness(folder: string): string {
  try {
    git(folder, 'fsck', '--no-progress', '--no-dangling');
    return '';
  } catch (error) {
    return `git fsck: ${String(error)}`;
  }
}

/** A scenario whose beds are as they are now; answers how many points there are, and kills it at those that are asked for. */
export class CrashRun {
  readonly #scenario: Scenario;
  readonly #killer: Killer;
  #expected: unknown;
  #untouched: unknown;

  constructor(scenario: Scenario, killer: Killer) {
    this.#scenario = scenario;
    this.#killer = killer;
    rmSync(aside(scenario.folder), { recursive: true, force: true });
    execFileSync('cp', ['-a', scenario.folder, aside(scenario.folder)]);
  }

  /** Runs it undisturbed. */
  async measure(): Promise<number> {
    const { run, goOn, kept, folder } = this.#scenario;
    putBack(folder);
    this.#untouched = kept?.();
    const { points } = await run(this.#killer, { at: 0 });
    this.#expected = [await goOn(), this.#state()];
    return points;
  }

  /** Kills it at a point, goes on, and tells what is not as it should be. */
  async kill(point: KillPoint): Promise<Finding[]> {
    const { run, goOn, kept, folder } = this.#scenario;
    putBack(folder);
    const { told } = await run(this.#killer, point);
    const wrong: string[] = [];
    if (!isDeepStrictEqual(kept?.(), this.#untouched))
      wrong.push(`was changed: ${difference(this.#untouched, kept?.())}`);
    try {
      const now = [await goOn(), this.#state()];
      if (!isDeepStrictEqual(now, this.#expected))
        wrong.push(`is not as it should be: ${difference(this.#expected, now)}`);
    } catch (error) {
      wrong.push(`did not go on: ${String(error)} ${stderrOf(error)}`);
    }
    wrong.push(...this.#scenario.repositories.map(soundness).filter((what) => what !== ''));
    return wrong.map((one) => ({ at: point.at, told, wrong: one }));
  }

  remove(): void {
    for (const folder of [this.#scenario.folder, aside(this.#scenario.folder)])
      rmSync(folder, { recursive: true, force: true });
  }

  #state(): unknown {
    const { folder, repositories, free } = this.#scenario;
    const bound = (name: string): boolean => free?.test(name) !== true;
    const of = repositories.map((one) => ({
      refs: git(one, 'for-each-ref', '--format=%(objectname) %(symref) %(refname)').split('\n').filter(bound),
      head: readFileSync(path.join(gitFolder(one), 'HEAD'), 'utf8'),
      config: readFileSync(path.join(gitFolder(one), 'config'), 'utf8'),
    }));
    return { names: namesBelow(folder).filter(bound), of };
  }
}

const stderrOf = (error: unknown): string =>
  error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-1000) : '';

/** The first lines that only one of them has. */
function difference(expected: unknown, now: unknown): string {
  const lines = (value: unknown): string[] =>
    JSON.stringify(value, null, 1)
      .split('\n')
      .map((line) => line.trim().replace(/,$/, ''));
  const [before, after] = [lines(expected), lines(now)];
  const lost = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const found = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  return [...lost, ...found].slice(0, 12).join(' ');
}
