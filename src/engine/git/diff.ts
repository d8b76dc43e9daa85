import type { ChangedFile } from '../../protocol/operations.ts';
import { firstOfHostGit } from './hostProcess.ts';
import { boundedMemory } from './boundedMemory.ts';
import type { GitCommand } from './runner.ts';

export interface Ends {
  readonly from: string;
  readonly to: string;
}

const defaultMaxBytes = 8 * 1024 * 1024;
/** Neither drivers of the user's configuration nor attributes of the session decide what runs here: nothing does. */
const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--find-renames', '-l1000', '--ignore-submodules=none'];

const statuses: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
  U: 'unmerged',
};

export const changedFiles = ({ from, to }: Ends): GitCommand<ChangedFile[]> => ({
  args: ['diff-tree', '-r', '-z', '--raw', '--numstat', ...plain, from, to, '--'],
  silent: true,
  parse: ({ stdout }) => parseChangedFiles(stdout),
});

/** Reads `--raw --numstat -z`: first one entry for each file, then the lines of each, in the same order. */
export function parseChangedFiles(stdout: Uint8Array): ChangedFile[] {
  const fields = Buffer.from(stdout).toString('utf8').split('\0').slice(0, -1).values();
  const files: ChangedFile[] = [];
  const counts: Lines[] = [];
  for (const field of fields) {
    const [, letter] = /^:\d+ \d+ \S+ \S+ ([A-Z])\d*$/.exec(field) ?? [];
    if (letter !== undefined) files.push(fileOf(letter, fields));
    else counts.push(linesOf(field, fields));
  }
  return files.map((file, at) => ({ ...file, ...counts[at] }));
}

type Fields = Iterator<string, unknown>;
type Lines = Pick<ChangedFile, 'added' | 'removed'>;

const nextOf = (fields: Fields): string => {
  const { done, value } = fields.next();
  return done === true ? '' : value;
};

/** Takes the names that follow: two when a file was renamed or copied. */
function fileOf(letter: string, fields: Fields): ChangedFile {
  const status = statuses[letter] ?? 'unknown';
  const name = nextOf(fields);
  return letter === 'R' || letter === 'C' ? { status, path: nextOf(fields), from: name } : { status, path: name };
}

function linesOf(field: string, fields: Fields): Lines {
  const [, added = '-', removed = '-', name] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(field) ?? [];
  for (let left = name === '' ? 2 : 0; left > 0; left -= 1) fields.next();
  return added === '-' || removed === '-' ? {} : { added: Number(added), removed: Number(removed) };
}

/** The patch as text; bytes that are no UTF-8 become replacement characters. Cut at the end of a line. */
export async function patchBetween(
  folder: string,
  { from, to, maxBytes = defaultMaxBytes }: Ends & { maxBytes?: number | undefined },
  signal?: AbortSignal,
): Promise<{ patch: string; truncated: boolean }> {
  const args = ['diff-tree', '-r', '-p', ...plain, from, to, '--'];
  const { stdout, truncated } = await firstOfHostGit({ folder, args, variables: boundedMemory, maxBytes }, signal);
  if (!truncated) return { patch: stdout.toString('utf8'), truncated };
  const end = stdout.lastIndexOf('\n') + 1;
  return { patch: stdout.subarray(0, end === 0 ? maxBytes : end).toString('utf8'), truncated };
}
