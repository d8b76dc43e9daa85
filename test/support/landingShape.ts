import type { HistoryCommit, HistoryFile } from './histories.ts';

/** Files of a shape. Names and texts are bytes, one in each character; a name may be quoted as git quotes names. */
export type ShapeFiles = Readonly<Record<string, HistoryFile>>;

/** One commit of a side: what it changes, where `null` deletes. */
export interface ShapeChange {
  readonly files: Readonly<Record<string, HistoryFile | null>>;
  readonly subject?: string;
}

/** One history whose `head` lands on `onto`, and what a landing of it must meet. */
export interface LandingShape {
  readonly name: string;
  readonly commits: readonly HistoryCommit[];
  /** Places in the list. */
  readonly onto: number;
  readonly head: number;
  /** The unmerged names of each stop, when at each the session's side is taken. None: it rebases cleanly. */
  readonly stops: readonly (readonly string[])[];
  /** Subjects of the commits that are on top of the target in the end, oldest first, where they are not simply all. */
  readonly lands?: readonly string[] | undefined;
  /** What lies about in the work tree, uncommitted. */
  readonly local?: ((folder: string) => void) | undefined;
  /** What of it is in the way of the move. None: it moves. */
  readonly way?: readonly string[] | undefined;
}

type Change = ShapeChange | ShapeChange['files'];
export type ShapeSides = Omit<LandingShape, 'name' | 'commits' | 'onto' | 'head' | 'stops'> & {
  readonly base: ShapeFiles;
  readonly ours: readonly Change[];
  readonly theirs: readonly Change[];
  readonly stops?: LandingShape['stops'];
};

/** A shape of two straight lines from one base: the target's and the session's. */
export function sides(name: string, { base, ours, theirs, stops = [], ...rest }: ShapeSides): LandingShape {
  const commits: HistoryCommit[] = [{ files: base, parents: [], subject: 'base' }];
  const grow = (changes: readonly Change[], word: string): number => {
    let [files, parent]: [ShapeFiles, number] = [base, 0];
    for (const [at, change] of changes.entries()) {
      const { files: changed, subject = `${word} ${at + 1}` } = isWhole(change) ? change : { files: change };
      files = applied(files, changed);
      commits.push({ files, parents: [parent], subject });
      parent = commits.length - 1;
    }
    return parent;
  };
  return { name, onto: grow(ours, 'target'), head: grow(theirs, 'session'), commits, stops, ...rest };
}

const isWhole = (change: Change): change is ShapeChange =>
  'files' in change && typeof change.files === 'object' && change.files !== null && !('mode' in change.files);

function applied(files: ShapeFiles, changes: ShapeChange['files']): ShapeFiles {
  const all: Record<string, HistoryFile> = { ...files };
  for (const [name, file] of Object.entries(changes)) {
    if (file === null) Reflect.deleteProperty(all, name);
    else all[name] = file;
  }
  return all;
}

/** Twenty lines, with some of them replaced. */
export const text = (replaced: Readonly<Record<number, string>> = {}, end = '\n'): string =>
  Array.from({ length: 20 }, (_, at) => `${replaced[at + 1] ?? `line ${at + 1}`}${end}`).join('');

export const executable = (content: string): HistoryFile => ({ mode: '100755', text: content });
export const link = (target: string): HistoryFile => ({ mode: '120000', text: target });
export const submodule = (digit: string): HistoryFile => ({ mode: '160000', text: digit.repeat(40) });
