import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where a rebase stopped: the commit, and the paths that the index held unmerged. */
export interface RebaseStop {
  readonly commit: string;
  readonly paths: readonly string[];
}

export interface RebaseResult {
  readonly stops: readonly RebaseStop[];
  /** The tree in the end. */
  readonly tree: string;
  /** Subjects of the commits that are on top of the target, oldest first. */
  readonly subjects: readonly string[];
}

const variables = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_EDITOR: 'true',
  LC_ALL: 'C',
};

/** What git puts behind a path that can't stay where it is: the side it comes from. */
const sideName = /~(?:HEAD|[0-9a-f]{7,} \(.*\))(?:_\d+)?$/;

/** A plain `git rebase` in a repository with a work tree. At each stop it takes the moved commit's own version of what is unmerged. */
export function plainRebase(folder: string, onto: string, head: string): RebaseResult {
  const git = (args: readonly string[], input = ''): string =>
    execFileSync('git', ['-C', folder, ...args], { env: variables, input, encoding: 'latin1', stdio: 'pipe' }).trim();
  const rebase = (...args: string[]): boolean => {
    const { status, stderr } = spawnSync('git', ['-C', folder, 'rebase', ...args], {
      env: variables,
      encoding: 'utf8',
    });
    if (status === 0) return true;
    if (existsSync(path.join(folder, '.git/rebase-merge'))) return false;
    throw new Error(`git rebase ${args.join(' ')} failed: ${stderr}`);
  };
  const stops: RebaseStop[] = [];
  git(['checkout', '--quiet', '--detach', '--force', head]);
  for (let done = rebase('--merge', onto); !done; done = rebase('--continue')) {
    const unmerged = git(['ls-files', '-u', '-z']).split('\0').slice(0, -1).map(parseUnmerged);
    const names = [...new Set(unmerged.map(({ name }) => name))];
    stops.push({
      commit: git(['rev-parse', 'REBASE_HEAD']),
      paths: names.map((name) => name.replace(sideName, '')).sort(),
    });
    takeTheirs(git, unmerged);
  }
  return {
    stops,
    tree: git(['rev-parse', 'HEAD^{tree}']),
    subjects: git(['log', '--reverse', '--format=%s', `${onto}..HEAD`])
      .split('\n')
      .filter((line) => line !== ''),
  };
}

interface Unmerged {
  readonly entry: string;
  readonly stage: string;
  readonly name: string;
}

function parseUnmerged(line: string): Unmerged {
  const [, entry = '', stage = '', name = ''] = /^(\d+ [0-9a-f]+) (\d)\t(.*)$/s.exec(line) ?? [];
  return { entry, stage, name };
}

function takeTheirs(git: (args: readonly string[], input?: string) => string, unmerged: readonly Unmerged[]): void {
  const gone = unmerged.map(({ entry, name }) => `0 ${entry.replace(/^\d+ ./, '').replace(/./g, '0')}0\t${name}\0`);
  const own = unmerged.filter(({ stage }) => stage === '3').map(({ entry, name }) => `${entry} 0\t${name}\0`);
  git(['update-index', '-z', '--index-info'], [...gone, ...own].join(''));
  git(['read-tree', '--reset', '-u', git(['write-tree'])]);
  git(['clean', '-ffdxq']);
}
