import { FlotillaError } from '../base/errors.ts';
import { explainGitError } from './explainGitError.ts';
import { inspectFolder } from './folder.ts';
import { GitError, withoutCredentials } from './gitError.ts';
import { runHostGit } from './hostProcess.ts';
import { isBranchName } from './refName.ts';
import type { Source } from './source.ts';

export interface Push {
  readonly source: Pick<Source, 'kind' | 'url' | 'source'>;
  /** The branch on the remote. */
  readonly branch: string;
  readonly commit: string;
  /** What the branch must be on the remote: the commit that was pushed last, or nothing when it must not exist yet. */
  readonly expected: string | undefined;
}

export interface Pushed {
  readonly commit: string;
  /** The remote's URL, without credentials. */
  readonly remote: string;
  readonly branch: string;
  /** The remote had the commit already. */
  readonly upToDate: boolean;
}

const timeoutMs = 30 * 60 * 1000;

/** The remote's URL reaches git through its environment: a folder's configuration may hold a token in it. */
export async function pushWork(folder: string, push: Push, signal?: AbortSignal): Promise<Pushed> {
  const { branch, commit, expected } = push;
  if (!isBranchName(branch))
    throw new FlotillaError('invalid-input', `${JSON.stringify(branch)} is no name for a branch.`);
  const url = await pushTarget(push.source, signal);
  const remote = withoutCredentials(url);
  const ref = `refs/heads/${branch}`;
  const options = ['--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no', '--no-signed'];
  const variables = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'remote.flotilla.url', GIT_CONFIG_VALUE_0: url };
  const args = ['push', ...options, `--force-with-lease=${ref}:${expected ?? ''}`, 'flotilla', `${commit}:${ref}`];
  try {
    const said = await runHostGit({ folder, args, variables, timeoutMs, answers: [1] }, signal);
    const report = said.stdout.toString('utf8');
    if (said.exitCode !== 0) throw new GitError(args, said.exitCode, `${said.stderr}\n${report}`);
    return { commit, remote, branch, upToDate: /^=\t/m.test(report) };
  } catch (error) {
    throw explainGitError(error, remote, 'push');
  }
}

async function pushTarget(source: Push['source'], signal?: AbortSignal): Promise<string> {
  if (source.kind === 'url') return source.url;
  const facts = await inspectFolder(source.url, signal);
  const url = facts.pushUrl ?? (facts.bare ? facts.folder : undefined);
  if (url !== undefined) return url;
  throw new FlotillaError(
    'no-remote',
    `${source.source} has no remote to push to. Add one: git remote add origin <url>`,
  );
}
