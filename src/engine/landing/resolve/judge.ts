import { oneLine } from '../../claude/oneLine.ts';
import { type Answer, answerSchema } from './answer.ts';
import { check, type Findings } from './checks.ts';
import type { Change, KeptTree } from './keptTree.ts';
import type { Objects } from './objects.ts';
import { type BothSides, mergedMode } from './sorting.ts';

/** What was found of one file. */
export interface JudgedFile {
  readonly confidence: number;
  /** One sentence of Claude's. */
  readonly why: string;
  /** Why it can't count as resolved; empty when it can. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** The content that was looked at. */
  readonly object: string | undefined;
}

export interface Judged {
  readonly files: ReadonlyMap<string, JudgedFile>;
  /** Changed beyond the conflicts, and explained. */
  readonly explained: readonly { readonly path: string; readonly why: string }[];
  /** Changed although it may not be. */
  readonly strays: readonly string[];
  /** What Claude is to be told, one line each. */
  readonly findings: readonly string[];
}

export interface JudgeParts {
  readonly kept: KeptTree;
  readonly objects: Objects;
  /** What Claude was given. */
  readonly files: readonly BothSides[];
  /** Conflicted paths that it was not given. */
  readonly reserved: ReadonlySet<string>;
  /** Files that hold a resolution already: they may stay as they are. */
  readonly resolved: ReadonlySet<string>;
  readonly markerSizes: ReadonlyMap<string, number>;
  /** All files before Claude began. */
  readonly since: string;
  readonly workTree: string;
}

type AnswerOf = (path: string) => { readonly confidence: number; readonly why: string } | undefined;

/** Looks at what Claude really did, whatever it says. */
export class Judge {
  readonly #parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  async judge(structured: unknown, signal: AbortSignal): Promise<Judged> {
    const answer = answerSchema.safeParse(structured).data;
    const { kept, since, objects, files } = this.#parts;
    const { changes } = await kept.look(since, signal);
    const byPath = new Map(changes.map((change) => [change.path, change]));
    await objects.load(
      files.flatMap(({ path }) => byPath.get(path)?.now?.object ?? []),
      signal,
    );
    const judged = new Map<string, JudgedFile>();
    for (const file of files)
      judged.set(file.path, await this.#file(file, byPath.get(file.path), this.#answers(answer), signal));
    return this.#summary(judged, this.#others(changes, answer), answer !== undefined);
  }

  /** The same, after something went on that nobody answered for: what is not as it was found has a fault. */
  async since(judged: Judged, fault: string, signal: AbortSignal): Promise<Judged> {
    const { changes } = await this.#parts.kept.look(this.#parts.since, signal);
    const now = new Map(changes.map((change) => [change.path, change.now?.object]));
    const files = new Map(
      Array.from(judged.files, ([path, file]) => [
        path,
        file.faults.length > 0 || now.get(path) === file.object ? file : { ...file, faults: [fault] },
      ]),
    );
    const known = new Set([...files.keys(), ...judged.explained.map(({ path }) => path)]);
    return { ...judged, files, strays: [...now.keys()].filter((path) => !known.has(path)) };
  }

  #answers(answer: Answer | undefined): AnswerOf {
    const byPath = new Map((answer?.files ?? []).map((file) => [this.#normal(file.path), file]));
    return (path) => byPath.get(path);
  }

  /** Claude may name a file from the root of the work tree, or from the machine's. */
  #normal(path: string): string {
    const root = `${this.#parts.workTree}/`;
    return (path.startsWith(root) ? path.slice(root.length) : path).replace(/^\.\//, '');
  }

  async #file(
    file: BothSides,
    change: Change | undefined,
    answerOf: AnswerOf,
    signal: AbortSignal,
  ): Promise<JudgedFile> {
    const answer = answerOf(file.path) ?? { confidence: 0, why: undefined };
    const object = change?.now?.object;
    const said = { confidence: answer.confidence, why: oneLine(answer.why ?? '', 300), object };
    const fault = this.#fault(file, change) ?? (answer.why === undefined ? 'You did not answer for it.' : undefined);
    if (fault !== undefined) return { ...said, faults: [fault], warnings: [] };
    if (change === undefined) return { ...said, faults: [], warnings: [] };
    return { ...said, ...(await this.#check(file, object, signal)) };
  }

  async #check(
    { path, base, ours, theirs }: BothSides,
    object: string | undefined,
    signal: AbortSignal,
  ): Promise<Findings> {
    const [left, right, result] = [ours.object, theirs.object, object].map((one) => this.#content(one));
    if (left === undefined || right === undefined || result === undefined)
      return { faults: ['It could not be looked at.'], warnings: [] };
    const markerSize = this.#parts.markerSizes.get(path) ?? 7;
    const sides = { base: this.#content(base?.object), ours: left, theirs: right };
    return check({ path, ...sides, result, markerSize }, signal);
  }

  #content(object: string | undefined): Buffer | undefined {
    const content = this.#parts.objects.get(object);
    return Buffer.isBuffer(content) ? content : undefined;
  }

  /** What can be said without the contents. */
  #fault({ path, base, ours, theirs }: BothSides, change: Change | undefined): string | undefined {
    if (change === undefined) return this.#parts.resolved.has(path) ? undefined : 'It stands as it did: not resolved.';
    const { now } = change;
    if (now === undefined) return 'It is not there any more.';
    if (!now.mode.startsWith('100')) return 'Something else than a file stands in its place.';
    if (now.mode !== mergedMode(base, ours, theirs)) return `Its mode must be ${mergedMode(base, ours, theirs)}.`;
    return this.#content(now.object) === undefined ? 'It has become too large.' : undefined;
  }

  #others(changes: readonly Change[], answer: Answer | undefined): Pick<Judged, 'explained' | 'strays'> {
    const own = new Set(this.#parts.files.map(({ path }) => path));
    const reasons = new Map(
      (answer?.alsoChanged ?? []).map(({ path, why }) => [this.#normal(path), oneLine(why, 300)]),
    );
    const others = changes.filter(({ path }) => !own.has(path));
    const isExplained = ({ path, now }: Change): boolean =>
      !this.#parts.reserved.has(path) &&
      (now === undefined || now.mode.startsWith('100')) &&
      (reasons.get(path) ?? '') !== '';
    return {
      explained: others.filter(isExplained).map(({ path }) => ({ path, why: reasons.get(path) ?? '' })),
      strays: others.filter((change) => !isExplained(change)).map(({ path }) => path),
    };
  }

  #summary(
    files: ReadonlyMap<string, JudgedFile>,
    { explained, strays }: Pick<Judged, 'explained' | 'strays'>,
    isAnswered: boolean,
  ): Judged {
    const { reserved } = this.#parts;
    const findings = [
      ...(isAnswered ? [] : ['The answer was not in the shape that was asked for.']),
      ...Array.from(files, ([path, { faults }]) => faults.map((fault) => `${JSON.stringify(path)}: ${fault}`)).flat(),
      ...strays.map((path) =>
        reserved.has(path)
          ? `${JSON.stringify(path)}: You changed it, but somebody else sees to it.`
          : `${JSON.stringify(path)}: You changed it and did not say why in "alsoChanged".`,
      ),
    ];
    return { files, explained, strays, findings };
  }
}
