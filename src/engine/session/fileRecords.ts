import type { OperationOutput } from '../../protocol/operations.ts';
import type { FileStat } from '../../protocol/fileOperations.ts';

/** The bits of a mode that say what an entry is, and their values (stat(2)). */
const typeMask = 0o170000;
const types = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;

export type FileList = OperationOutput<'file.list'>;

/** Reads a line of `files.sh stat`; `undefined` for what is not there, and for a line that makes no sense. */
export function parseStatLine(line: string): FileStat | undefined {
  const [, link, mode, size, seconds, date = ''] =
    /^([01]) ([0-9a-f]{1,8}) (\d{1,15}) (-?\d{1,12}) (.*)$/s.exec(line) ?? [];
  if (mode === undefined) return undefined;
  return {
    kind: kindOf(mode),
    isLink: link === '1',
    size: Number(size),
    modified: modifiedOf(Number(seconds), date),
    isReadonly: false,
  };
}

/** Reads what `files.sh list` answers. `isCut`: its output was longer than what was kept. */
export function parseList(output: string, isCut: boolean): FileList {
  const [own = '', linked = ''] = split(output);
  const targets = new Map(entriesOf(linked).map(({ name, stat }) => [name, stat]));
  const entries = entriesOf(own).map(({ name, mode, stat }) => {
    if ((parseInt(mode, 16) & typeMask) !== types.link) return { name, stat };
    const target = targets.get(name);
    return { name, stat: { ...(target ?? { ...stat, kind: 'other' as const, size: 0 }), isLink: true } };
  });
  // A name that is no well-formed text can't be asked for.
  return { entries: entries.filter(({ name }) => !name.includes('\uFFFD')), truncated: isCut };
}

/** No name holds a "/", so an empty one marks the end of the first part. */
function split(output: string): string[] {
  const at = output.indexOf('//\n');
  return at === -1 ? [output] : [output.slice(0, at), output.slice(at + 3)];
}

function entriesOf(text: string): { name: string; mode: string; stat: FileStat }[] {
  const parts = text.split('/');
  const entries: { name: string; mode: string; stat: FileStat }[] = [];
  for (let at = 0; at + 2 < parts.length; at += 2) {
    const [, mode = '', rest = ''] = /^\n?([0-9a-f]{1,8}) (.*) \.$/s.exec(parts[at] ?? '') ?? [];
    const stat = parseStatLine(`0 ${mode} ${rest}`);
    if (stat !== undefined) entries.push({ name: parts[at + 1] ?? '', mode, stat });
  }
  return entries;
}

function kindOf(mode: string): FileStat['kind'] {
  const type = parseInt(mode, 16) & typeMask;
  if (type === types.file) return 'file';
  return type === types.folder ? 'folder' : 'other';
}

/** Milliseconds; the fraction stands in the date, where stat tells it: "2026-01-31 10:20:30.123456789 +0000". */
function modifiedOf(seconds: number, date: string): number {
  const [, fraction = '0'] = /:\d\d\.(\d{1,9}) /.exec(date) ?? [];
  return Math.max(0, seconds * 1000 + Math.floor(Number(`0.${fraction}`) * 1000));
}
