import { instantOf } from '../base/clock.ts';
import { FlotillaError } from '../base/errors.ts';
import type { GitCommand } from './runner.ts';

/** A commit that a rebase would look at. */
export interface ChainCommit {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly subject: string;
  readonly author: string;
  /** The author's date, ISO 8601. */
  readonly at: string;
  /** A commit of the target makes the same change already. */
  readonly there: boolean;
}

/** Above it, a landing is refused. */
const maxCommits = 1000;
/** Characters of a subject or a name that are kept: a session writes them. */
const maxText = 500;

/**
 * The trees that git goes through to find and to replay the commits that only one of two has: of those commits, and of the ones that they
 * stand on. It looks at none itself. Rejects with `limit-reached` when `head` has too many.
 */
export const chainTrees = (onto: string, head: string): GitCommand<string[]> => ({
  args: ['rev-list', '--boundary', '--no-commit-header', '--format=%m%T', `${onto}...${head}`, '--'],
  silent: true,
  parse: ({ stdout }) => {
    const lines = stdout.toString('latin1').split('\n').slice(0, -1);
    if (lines.filter((line) => line.startsWith('>')).length > maxCommits) throw tooMany();
    return [...new Set(lines.map((line) => line.slice(1)))];
  },
});

/** The commits that `head` has and `onto` lacks, in the order in which `git rebase` takes them, merges included. */
export const commitChain = (onto: string, head: string): GitCommand<ChainCommit[]> => ({
  args: [
    'rev-list',
    '--cherry-mark',
    '--right-only',
    '--topo-order',
    '--reverse',
    `--max-count=${maxCommits + 1}`,
    '--no-commit-header',
    '--encoding=UTF-8',
    '--format=%m %H %T %at %P%x00%an%x00%s',
    `${onto}...${head}`,
    '--',
  ],
  silent: true,
  parse: ({ stdout }) => {
    const commits = stdout.toString('utf8').split('\n').flatMap(parseCommit);
    if (commits.length <= maxCommits) return commits;
    throw tooMany();
  },
});

const tooMany = (): FlotillaError =>
  new FlotillaError(
    'limit-reached',
    `More than ${maxCommits} commits would have to move: squash the branch, or choose a target nearer to it.`,
  );

function parseCommit(line: string): ChainCommit[] {
  const [head = '', author = '', ...subject] = line.split('\0');
  const [, mark, id, tree, seconds, parents] = /^(\S) ([0-9a-f]+) ([0-9a-f]+) (\d{1,12}) ?(.*)$/.exec(head) ?? [];
  if (id === undefined || tree === undefined) return [];
  return [
    {
      id,
      tree,
      parents: (parents ?? '').split(' ').filter((parent) => parent !== ''),
      subject: subject.join(' ').slice(0, maxText),
      author: author.slice(0, maxText),
      at: instantOf(Number(seconds) * 1000),
      there: mark === '=',
    },
  ];
}
