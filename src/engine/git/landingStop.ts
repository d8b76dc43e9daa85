import { pathOf } from './pathName.ts';

/** One side of a conflicted path, as git's index has it. */
export interface UnmergedEntry {
  /** See pathName.ts. */
  readonly path: string;
  /** 1: the base. 2 (ours): the target with what was replayed so far. 3 (theirs): the session's commit. */
  readonly stage: 1 | 2 | 3;
  readonly mode: string;
  readonly object: string;
}

/** A commit that could not be replayed without a conflict. It comes out of an environment: well-formed, but perhaps not true. */
export interface RebaseStop {
  readonly commit: string;
  readonly subject: string;
  /** The how manieth commit it is, of how many. */
  readonly number: number;
  readonly of: number;
  /** As at the stop, whatever has been settled since. */
  readonly unmerged: readonly UnmergedEntry[];
  /** Paths in which git put conflict markers at the stop. */
  readonly marked: readonly string[];
  /** Paths that nobody has resolved: markers are left, or there never were any and nobody has said which side to take. */
  readonly open: readonly string[];
  /** Paths whose file has marker lines now. */
  readonly withMarkers: readonly string[];
  /** Files that are not as they were at the stop, beyond the conflicted ones; new ones too, ignored ones not. */
  readonly changed: readonly string[];
  /** A list was too long and is not whole. */
  readonly cut: boolean;
}

/** Names and entries that are read of each list. */
const most = 20_000;
const maxPath = 16_384;
const maxSubject = 500;

/** Reads the lines of a stop; `undefined` when there is none. */
export function parseStop(lines: readonly string[]): RebaseStop | undefined {
  const first = lines.find((line) => line.startsWith('stopped ')) ?? '';
  const [, commit, number, of, subject = ''] = stopLine.exec(first) ?? [];
  if (commit === undefined) return undefined;
  const entries = parseNames(lines, 'unmerged', String);
  const lists = {
    marked: parseNames(lines, 'marked'),
    open: parseNames(lines, 'open'),
    withMarkers: parseNames(lines, 'withMarkers'),
    changed: parseNames(lines, 'changed'),
  };
  return {
    commit,
    subject: subject
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, maxSubject),
    number: Number(number),
    of: Number(of),
    unmerged: entries.flatMap(parseEntry),
    ...lists,
    cut: [entries, ...Object.values(lists)].some(({ length }) => length >= most),
  };
}

/** What follows a word at the beginning of lines; paths, unless told otherwise. */
export function parseNames(lines: readonly string[], word: string, read = pathOf): string[] {
  const found = lines.filter((line) => line.startsWith(`${word} `) && line.length < maxPath);
  return found.slice(0, most).map((line) => read(line.slice(word.length + 1)));
}

const stopLine = /^stopped ([0-9a-f]{40}|[0-9a-f]{64}) ([0-9]{1,7}) ([0-9]{1,7}) (.*)$/;
const entryLine = /^([0-7]{6}) ([0-9a-f]{40}|[0-9a-f]{64}) ([123]) (.+)$/;

function parseEntry(line: string): UnmergedEntry[] {
  const [, mode, object, stage, path] = entryLine.exec(line) ?? [];
  if (mode === undefined || object === undefined || path === undefined) return [];
  return [{ path: pathOf(path), stage: stage === '1' ? 1 : stage === '2' ? 2 : 3, mode, object }];
}
