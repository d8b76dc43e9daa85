import type { Commit } from '../../protocol/operations.ts';
import { instantOf } from '../base/clock.ts';
import type { GitCommand } from './runner.ts';

/** Commits by id, or `--glob=` patterns of refs. */
export interface Range {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Characters of a subject or a name that are kept: a session writes them. */
const maxText = 500;
const maxList = 16 * 1024 * 1024;

const isPattern = (revision: string): boolean => revision.startsWith('--glob=');
const revisions = ({ include, exclude }: Range): string[] => [...include, '--not', ...exclude, '--'];

/** There may be more commits than a command line takes. */
export const countBetween = ({ include, exclude }: Range): GitCommand<number> => ({
  args: ['rev-list', '--count', ...include.filter(isPattern), '--stdin', '--'],
  input: [...include.filter((one) => !isPattern(one)), ...exclude.map((id) => `^${id}`)]
    .map((id) => `${id}\n`)
    .join(''),
  parse: ({ stdout }) => Number(stdout.toString('utf8').trim()),
});

/** Newest first. `rev-list`, since `log` heeds settings that run programs on a commit's signature. */
export const commitsBetween = (range: Range, limit: number): GitCommand<Commit[]> => ({
  args: [
    'rev-list',
    '--no-commit-header',
    '--encoding=UTF-8',
    '--format=%H %ct%x00%an%x00%s',
    `--max-count=${limit}`,
    ...revisions(range),
  ],
  silent: true,
  // A session may give a commit a subject of any length; it must not hide the others before it.
  partial: true,
  maxBytes: maxList,
  parse: ({ stdout }) => stdout.toString('utf8').split('\n').flatMap(parseCommit),
});

function parseCommit(line: string): Commit[] {
  const [head = '', author = '', ...subject] = line.split('\0');
  const [, id, seconds] = /^([0-9a-f]{40,64}) ([0-9]{1,12})$/.exec(head) ?? [];
  if (id === undefined) return [];
  const at = instantOf(Number(seconds) * 1000);
  return [{ id, author: author.slice(0, maxText), subject: subject.join(' ').slice(0, maxText), at }];
}
