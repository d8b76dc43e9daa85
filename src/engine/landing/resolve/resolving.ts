import type { Reason } from '../../../protocol/basics.ts';
import type { LandingFile } from '../../../protocol/landing.ts';
import { History } from './background.ts';
import { Judge, type Judged, type JudgedFile } from './judge.ts';
import type { KeptTree, Sides } from './keptTree.ts';
import { joinGoSums } from './lockFiles.ts';
import { LockMaking } from './lockMaking.ts';
import { Objects } from './objects.ts';
import { firstPrompt } from './prompt.ts';
import { promptFiles } from './promptFiles.ts';
import type { ResolveInput, ResolveOutcome } from './resolveStop.ts';
import { Rounds } from './rounds.ts';
import { type BothSides, hasBoth, type Task, taskOf } from './sorting.ts';
import { TreeFiles } from './treeFiles.ts';

interface Work {
  readonly file: LandingFile;
  readonly sides: Sides;
  readonly task: Task;
}

/** One resolution of a stop, from the simple to what needs judgement: rules, package managers, Claude, and again package managers. */
export class Resolving {
  readonly #input: ResolveInput;
  readonly #kept: KeptTree;
  readonly #conflicts: readonly Sides[];
  readonly #objects: Objects;
  readonly #files: TreeFiles;
  readonly #locks: LockMaking;
  readonly #outcome = new Map<string, LandingFile>();
  #tree = '';
  #costUsd = 0;
  #failure: Reason | undefined;
  #alsoChanged: ResolveOutcome['alsoChanged'] = [];

  constructor(input: ResolveInput, kept: KeptTree, conflicts: readonly Sides[]) {
    const { environment, workTree } = input;
    this.#input = input;
    this.#kept = kept;
    this.#conflicts = conflicts;
    this.#objects = new Objects(environment, workTree);
    this.#files = new TreeFiles(environment, workTree);
    this.#locks = new LockMaking({ environment, workTree, kept, files: this.#files });
  }

  async run(tree: string, signal: AbortSignal): Promise<ResolveOutcome> {
    this.#tree = tree;
    const work = await this.#sort(signal);
    for (const { file, task } of work) if (task.by === 'person') this.#open(file, task.why);
    const ruled = await this.#rules(work, signal);
    const locks = work.filter((one) => one.task.by === 'lock' && !this.#outcome.has(one.file.path));
    const late = locks.filter((lock) => this.#waitsFor(lock) !== undefined);
    const failed = await this.#makeLocks(
      locks.filter((lock) => !late.includes(lock)),
      signal,
    );
    await this.#claude([...work.filter(({ task }) => task.by === 'claude'), ...ruled, ...failed], signal);
    for (const lock of late) await this.#lateLock(lock, signal);
    const files = this.#input.stop.files.map((file) => this.#outcome.get(file.path) ?? file);
    return { files, alsoChanged: this.#alsoChanged, costUsd: this.#costUsd, failure: this.#failure };
  }

  async #sort(signal: AbortSignal): Promise<Work[]> {
    const { stop, paths, options } = this.#input;
    const chosen = stop.files.filter(({ path, state }) =>
      paths === undefined ? state === 'open' : paths.includes(path),
    );
    const sides = new Map(this.#conflicts.map((one) => [one.path, one]));
    const found = chosen.flatMap((file) => {
      const own = sides.get(file.path);
      return own === undefined ? [] : [{ file, sides: own }];
    });
    const versions = found.flatMap((one) => [one.sides.base, one.sides.ours, one.sides.theirs]);
    await this.#objects.load(
      versions.flatMap((version) => version?.object ?? []),
      signal,
    );
    return found.map((one) => ({ ...one, task: taskOf(one.file, one.sides, this.#objects, options) }));
  }

  /** Answers what the rules could not settle after all. */
  async #rules(work: readonly Work[], signal: AbortSignal): Promise<Work[]> {
    const left: Work[] = [];
    for (const one of work) {
      const { file, task } = one;
      if (task.by === 'same') {
        await this.#files.take(file.path, task.side, signal);
        this.#accept(file, 'Both sides have the same content.');
      } else if (task.by === 'go-sum' && !(await this.#goSum(one, signal))) left.push(one);
    }
    if (work.length > left.length) this.#tree = (await this.#kept.look(this.#tree, signal)).tree;
    return left;
  }

  async #goSum({ file, sides }: Work, signal: AbortSignal): Promise<boolean> {
    const [ours, theirs] = [sides.ours, sides.theirs].map((side) => this.#objects.get(side?.object)?.toString() ?? '');
    const joined = joinGoSums(ours ?? '', theirs ?? '');
    if (joined === undefined) return false;
    await this.#files.write(file.path, joined, signal);
    this.#accept(file, 'It has the checksums of both sides; "go mod tidy" takes out what is not needed.');
    return true;
  }

  /** Answers those that did not work and that Claude can be given. */
  async #makeLocks(locks: readonly Work[], signal: AbortSignal): Promise<Work[]> {
    const failed: Work[] = [];
    for (const lock of locks) {
      const fault = await this.#makeLock(lock, signal);
      if (fault === undefined) continue;
      this.#open(lock.file, 'Its package manager could not make it anew: keep one version, or edit it.', [fault]);
      if (this.#isLoaded(lock.sides)) failed.push(lock);
    }
    return failed;
  }

  #isLoaded({ base, ours, theirs }: Sides): boolean {
    const versions = [base, ours, theirs].filter((version) => version !== undefined);
    return versions.every(({ object }) => Buffer.isBuffer(this.#objects.get(object)));
  }

  async #makeLock({ file, task }: Work, signal: AbortSignal): Promise<string | undefined> {
    if (task.by !== 'lock') return undefined;
    const { manager, manifest } = task.lock;
    this.#input.report(`Making ${file.path} anew with ${manager}.`);
    const { tree, fault } = await this.#locks.make(file.path, task.lock, this.#tree, signal);
    if (fault !== undefined) return fault;
    this.#tree = tree;
    this.#accept(file, `Made anew by ${manager} from ${manifest}, beginning with the target's version.`);
    return undefined;
  }

  async #lateLock(lock: Work, signal: AbortSignal): Promise<void> {
    const manifest = this.#waitsFor(lock);
    if (manifest !== undefined) {
      this.#open(lock.file, `${manifest} has to be resolved first; then this file can be made anew.`);
      return;
    }
    await this.#makeLocks([lock], signal);
    const made = this.#outcome.get(lock.file.path);
    // What it was made from is not certain.
    if (
      made?.state === 'accepted' &&
      this.#manifests(lock).some(({ path }) => this.#outcome.get(path)?.state === 'proposed')
    )
      this.#outcome.set(lock.file.path, { ...made, state: 'proposed' });
  }

  /** Conflicted files that say what a lock file is to hold: its manifest, and those of packages below it. */
  #manifests({ file, task }: Work): readonly Sides[] {
    if (task.by !== 'lock') return [];
    const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1);
    const { manifest } = task.lock;
    return this.#conflicts.filter(
      ({ path }) => path.startsWith(folder) && (path === folder + manifest || path.endsWith(`/${manifest}`)),
    );
  }

  #waitsFor(lock: Work): string | undefined {
    const before = new Map(this.#input.stop.files.map((file) => [file.path, file]));
    const isOpen = (path: string): boolean => (this.#outcome.get(path) ?? before.get(path))?.state === 'open';
    return this.#manifests(lock).find(({ path }) => isOpen(path))?.path;
  }

  async #claude(work: readonly Work[], signal: AbortSignal): Promise<void> {
    const files = work.map(({ sides }) => sides).filter(hasBoth);
    if (files.length === 0 || this.#input.options.resolve !== 'claude') return;
    const own = new Set(files.map(({ path }) => path));
    const reserved = this.#conflicts.map(({ path }) => path).filter((path) => !own.has(path));
    const judge = new Judge({
      kept: this.#kept,
      objects: this.#objects,
      files,
      reserved: new Set(reserved),
      resolved: new Set(work.filter(({ file }) => file.state !== 'open').map(({ file }) => file.path)),
      markerSizes: await this.#files.markerSizes([...own], signal),
      since: this.#tree,
      workTree: this.#input.workTree,
    });
    const rounds = new Rounds(this.#input, judge);
    const { judged, costUsd, failure } = await rounds.run(await this.#prompt(files, reserved, signal), signal);
    this.#costUsd += costUsd;
    this.#failure = failure;
    await this.#settle(work, judged, signal);
  }

  async #prompt(files: readonly BothSides[], others: readonly string[], signal: AbortSignal): Promise<string> {
    const { environment, workTree, session, stop, target, advice } = this.#input;
    const history = new History(environment, workTree);
    const question = { commit: stop.commit, target: target.commit, paths: files.map(({ path }) => path) };
    const background = await history.background(question, signal);
    const shown = await promptFiles(files, { objects: this.#objects, history }, signal);
    return firstPrompt({ session, workTree, stop, target, background, files: shown, others, advice });
  }

  /** What is good stays, the rest goes back. */
  async #settle(work: readonly Work[], judged: Judged | undefined, signal: AbortSignal): Promise<void> {
    const isGood = ({ file }: Work): boolean => judged?.files.get(file.path)?.faults.length === 0;
    const good = work.filter(isGood);
    const { changes } = await this.#kept.look(this.#tree, signal);
    const explained = good.length === 0 ? [] : (judged?.explained ?? []);
    const stays = new Set([...good.map(({ file }) => file.path), ...explained.map(({ path }) => path)]);
    const back = changes.map(({ path }) => path).filter((path) => !stays.has(path));
    await this.#kept.back(back, this.#tree, signal);
    this.#tree = (await this.#kept.look(this.#tree, signal)).tree;
    this.#alsoChanged = [...explained];
    const strays = (judged?.strays ?? []).filter((path) => back.includes(path));
    for (const one of work) this.#told(one.file, judged?.files.get(one.file.path), strays);
  }

  #told(file: LandingFile, found: JudgedFile | undefined, strays: readonly string[]): void {
    if (found === undefined || found.faults.length > 0) {
      this.#givenBack(file, found);
      return;
    }
    const { confidence, why, warnings } = found;
    const putBack = strays.map((path) => `Claude also changed ${path} and did not say why; that was put back.`);
    const also = this.#alsoChanged.map((one) => `Claude also changed ${one.path}: ${one.why}`);
    const isSure = confidence >= this.#input.options.threshold && strays.length === 0;
    this.#outcome.set(file.path, {
      ...plain(file),
      state: isSure ? 'accepted' : 'proposed',
      by: 'claude',
      confidence,
      ...(why === '' ? {} : { why }),
      warnings: [...putBack, ...also, ...warnings].slice(0, 40),
    });
  }

  /** On disk it is as it was before; so is what is known of it, when it held a proposal. */
  #givenBack(file: LandingFile, found: JudgedFile | undefined): void {
    const why = this.#failure?.message ?? `Claude could not resolve it: ${found?.faults[0] ?? 'it gave no answer'}`;
    if (file.state === 'open') this.#open(file, why, this.#outcome.get(file.path)?.warnings);
    else this.#outcome.set(file.path, { ...file, warnings: [why, ...file.warnings].slice(0, 40) });
  }

  #accept(file: LandingFile, why: string): void {
    this.#outcome.set(file.path, { ...plain(file), state: 'accepted', by: 'rule', why, warnings: [] });
  }

  #open(file: LandingFile, why: string, warnings: readonly string[] = []): void {
    this.#outcome.set(file.path, { ...plain(file), state: 'open', why, warnings: [...warnings] });
  }
}

const plain = ({ path, kind, deletedBy }: LandingFile): Pick<LandingFile, 'path' | 'kind' | 'deletedBy'> => ({
  path,
  kind,
  ...(deletedBy === undefined ? {} : { deletedBy }),
});
