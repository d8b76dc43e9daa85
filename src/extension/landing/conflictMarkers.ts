/** True for a text that still holds conflict markers, as git writes them at the beginning of a line. */
export const hasConflictMarkers = (text: string): boolean =>
  /^<{7,}(?: |\r?$)/m.test(text) && /^>{7,}(?: |\r?$)/m.test(text);

/** Lines round a conflict by which its place is found again. */
const contextLines = 3;

interface Region {
  readonly base: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * In how many places a text is still as it was before both sides changed it. The merge editor puts that where nothing was chosen, and an
 * automatic save makes it look finished. `marked` is the file with git's markers, those of the base among them.
 */
export function unhandledPlaces(marked: string, text: string): number {
  const result = `\n${linesOf(text).join('\n')}\n`;
  return regionsOf(linesOf(marked)).filter(({ base, before, after }) => {
    const untouched = [...before, ...base, ...after];
    return untouched.length > 0 && result.includes(`\n${untouched.join('\n')}\n`);
  }).length;
}

const linesOf = (text: string): string[] => text.split(/\r?\n/);

function regionsOf(lines: readonly string[]): Region[] {
  const found: Region[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (!lines[at]?.startsWith('<<<<<<<')) continue;
    const base = next(lines, at, '|||||||');
    const middle = next(lines, at, '=======');
    const end = next(lines, at, '>>>>>>>');
    if (base === -1 || base > middle || middle > end) continue;
    found.push({
      base: lines.slice(base + 1, middle),
      before: plain(lines.slice(Math.max(0, at - contextLines), at).toReversed()).toReversed(),
      after: plain(lines.slice(end + 1, end + 1 + contextLines)),
    });
    at = end;
  }
  return found;
}

const next = (lines: readonly string[], from: number, marker: string): number =>
  lines.findIndex((line, at) => at > from && line.startsWith(marker));

/** Up to where the next conflict begins. */
function plain(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => /^(?:<{7}|>{7}|={7}|\|{7})/.test(line));
  return lines.slice(0, end === -1 ? undefined : end);
}
