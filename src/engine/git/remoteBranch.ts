import { shortHash } from '../base/ids.ts';
import { explainGitError } from './explainGitError.ts';
import { GitError } from './gitError.ts';
import { hostRunner } from './hostGit.ts';
import { runHostGit } from './hostProcess.ts';
import { branchRef, nowhere, type PushSource, pushTarget, type PushTarget } from './pushTarget.ts';

const lookTimeoutMs = 2 * 60_000;
const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The commit that a branch has on the remote right now; `undefined` when the remote has no such branch. Rejects with `no-remote`,
 * `repository-missing`, `repository-unreachable`, `repository-denied`, `cancelled` …
 */
export async function remoteTip(
  from: PushSource | PushTarget,
  branch: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const ref = branchRef(branch);
  const { remote, variables } = 'remote' in from ? from : await pushTarget(from, signal);
  try {
    const args = ['ls-remote', '--', 'flotilla', ref];
    const { stdout } = await runHostGit({ folder: nowhere, args, variables, timeoutMs: lookTimeoutMs }, signal);
    return tipIn(stdout.toString('utf8'), ref);
  } catch (error) {
    throw explainGitError(error, remote);
  }
}

/** `ls-remote` takes the name for a pattern, so other refs that end in it come along. */
const tipIn = (text: string, ref: string): string | undefined =>
  text
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([commit = '', name]) => name === ref && commitId.test(commit))?.[0];

export interface RemoteBranch {
  /** The bare repository that takes the objects. */
  readonly folder: string;
  readonly source: PushSource;
  readonly branch: string;
}

/** Fetches a branch from where pushes go, keeps it by a ref of ours, and answers its commit; `undefined` when the remote has no such branch. */
export async function fetchRemoteBranch(wanted: RemoteBranch, signal?: AbortSignal): Promise<string | undefined> {
  const ref = branchRef(wanted.branch);
  const { remote, variables } = await pushTarget(wanted.source, signal);
  const { folder } = wanted;
  const kept = keptRef(wanted.branch);
  const quiet = ['--no-tags', '--quiet', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'];
  try {
    await runHostGit({ folder, args: ['fetch', ...quiet, '--', 'flotilla', `+${ref}:${kept}`], variables }, signal);
    const { stdout } = await runHostGit({ folder, args: ['rev-parse', '--verify', `${kept}^{commit}`] }, signal);
    return stdout.toString('utf8').trim();
  } catch (error) {
    if (error instanceof GitError && /couldn't find remote ref/.test(error.stderr)) return undefined;
    throw explainGitError(error, remote);
  }
}

/** Where the newest commit of a target that was fetched is kept. */
const keptRef = (branch: string): string => `refs/flotilla/targets/${shortHash(branch, 16)}`;

/** What `fetchRemoteBranch` answered last; `undefined` when it never did. Asks nobody. */
export const fetchedBranch = (
  { folder, branch }: Pick<RemoteBranch, 'folder' | 'branch'>,
  signal?: AbortSignal,
): Promise<string | undefined> =>
  hostRunner(folder)(
    {
      args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${keptRef(branch)}^{commit}`],
      answers: [1, 128],
      silent: true,
      parse: ({ stdout }) => stdout.toString('utf8').trim() || undefined,
    },
    signal,
  );
