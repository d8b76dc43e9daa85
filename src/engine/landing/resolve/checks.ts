import { checkSyntax } from './syntax/syntaxCheck.ts';

/** The contents of a conflicted file and of what it was resolved to. */
export interface Resolution {
  readonly path: string;
  readonly base?: Buffer | undefined;
  readonly ours: Buffer;
  readonly theirs: Buffer;
  readonly result: Buffer;
  /** Characters of a conflict marker of this file (`conflict-marker-size`). */
  readonly markerSize: number;
}

export interface Findings {
  /** With these it can't count as resolved. One sentence each. */
  readonly faults: readonly string[];
  /** For a person to look at. */
  readonly warnings: readonly string[];
}

const mostLines = 20;
const longestLine = 120;

/** What can be told of a resolution without understanding it. */
export async function check(resolution: Resolution, signal: AbortSignal): Promise<Findings> {
  const faults = [...markerFaults(resolution), ...encodingFaults(resolution)];
  const { path, ours, theirs, result } = resolution;
  // With markers left it can't parse, and saying so as well helps nobody.
  const question = { path, sides: [ours.toString(), theirs.toString()], result: result.toString() };
  const syntax = faults.length > 0 ? undefined : await checkSyntax(question, signal);
  if (syntax?.fault !== undefined) faults.push(`It does not parse: ${syntax.fault}`);
  const twice = (syntax?.duplicates ?? []).map((name) => `The name ${JSON.stringify(name)} is there twice.`);
  return { faults, warnings: [...vanished(resolution), ...twice, ...repeatedImports(resolution)] };
}

/** Bytes as characters, one for one: no encoding can make two lines look alike. */
const linesOf = (content: Buffer | undefined): string[] =>
  content === undefined || content.length === 0 ? [] : content.toString('latin1').split(/\r?\n/);

const count = (lines: readonly string[], wanted: (line: string) => boolean): number => lines.filter(wanted).length;

/** Lines that look like markers and are on a side already, as in a text about merging, are none. */
function markerFaults({ ours, theirs, result, markerSize }: Resolution): string[] {
  const [left, right, now] = [linesOf(ours), linesOf(theirs), linesOf(result)];
  const fault = (character: string, most: number): string[] => {
    const marker = character.repeat(markerSize);
    const isMarker = (line: string): boolean => line === marker || line.startsWith(`${marker} `);
    const at = now.findIndex(isMarker);
    return count(now, isMarker) > most ? [`Conflict markers are left, such as ${marker} in line ${at + 1}.`] : [];
  };
  const known = (character: string): readonly [number, number] => {
    const marker = character.repeat(markerSize);
    const isMarker = (line: string): boolean => line === marker || line.startsWith(`${marker} `);
    return [count(left, isMarker), count(right, isMarker)];
  };
  // A line of equals signs alone also underlines headings, of which each side may have some of its own.
  const found = ['<', '>', '|'].flatMap((character) => fault(character, Math.max(...known(character))));
  return [
    ...found,
    ...fault(
      '=',
      known('=').reduce((sum, one) => sum + one, 0),
    ),
  ].slice(0, 1);
}

const replacement = Buffer.from('\ufffd');

/** An editor that reads UTF-8 writes this for every byte that it could not read. */
function encodingFaults({ ours, theirs, result }: Resolution): string[] {
  const has = (content: Buffer): boolean => content.includes(replacement);
  const lost = has(result) && !has(ours) && !has(theirs);
  if (lost) return ['Characters were lost: the file is not in UTF-8, and was written as if it were.'];
  return result.includes(0) ? ['It is binary now.'] : [];
}

const trimmed = (content: Buffer | undefined): string[] => linesOf(content).map((line) => line.trim());

/** Lines that one side added and that are nowhere any more. Brackets alone say nothing. */
function vanished({ base, ours, theirs, result }: Resolution): string[] {
  const known = new Set(trimmed(base));
  const now = new Set(trimmed(result));
  const gone = (content: Buffer, whose: string): string[] =>
    [...new Set(trimmed(content))]
      .filter((line) => /[\p{L}\p{N}\u0080-\u00ff]{2}/u.test(line) && !known.has(line) && !now.has(line))
      .map((line) => `A line of ${whose} is gone: ${shown(line)}`);
  const all = [...gone(ours, 'the target'), ...gone(theirs, 'the session')];
  const rest = all.length - mostLines;
  return rest > 0 ? [...all.slice(0, mostLines), `${rest} more lines of either side are gone.`] : all;
}

const shown = (line: string): string => {
  const text = Buffer.from(line, 'latin1')
    .toString('utf8')
    .replace(/\p{C}+/gu, ' ');
  return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text;
};

const isImport = (line: string): boolean =>
  /^(import|from|use|using|#include|require|@import)\b|^const .*= require\(/.test(line);

/** The same import twice is what a careless merge leaves; most languages forgive it. */
function repeatedImports({ ours, theirs, result }: Resolution): string[] {
  const times = (lines: readonly string[], line: string): number => count(lines, (one) => one === line);
  const [left, right, now] = [trimmed(ours), trimmed(theirs), trimmed(result)];
  const imports = [...new Set(now.filter(isImport))].slice(0, 1000);
  return imports
    .filter((line) => times(now, line) > Math.max(1, times(left, line), times(right, line)))
    .slice(0, mostLines)
    .map((line) => `The same import is there twice: ${shown(line)}`);
}
