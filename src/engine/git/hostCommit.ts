import { FlotillaError } from '../base/errors.ts';
import { tidyMessage } from './commitMessage.ts';
import { runHostGit } from './hostProcess.ts';
import type { Identity } from './identity.ts';

export interface HostCommit {
  readonly tree: string;
  readonly parent: string;
  readonly message: string;
  /** Author and committer. */
  readonly identity: Identity;
  /** As git writes them: seconds and zone. Now, when absent. */
  readonly dates?: { readonly author: string; readonly committer: string } | undefined;
}

/** Writes a commit of the user's own into a repository of ours. It gets no ref: nothing of ours drops objects that have none. */
export async function makeCommit(folder: string, commit: HostCommit, signal?: AbortSignal): Promise<string> {
  const { tree, parent, identity, dates } = commit;
  const message = tidyMessage(commit.message);
  if (message === '') throw new FlotillaError('invalid-input', 'A commit needs a message: say what it does.');
  const variables = {
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
    ...(dates === undefined ? {} : { GIT_AUTHOR_DATE: dates.author, GIT_COMMITTER_DATE: dates.committer }),
  };
  const config = ['i18n.commitEncoding=UTF-8'];
  const args = ['commit-tree', '-p', parent, '-F', '-', tree];
  const { stdout } = await runHostGit({ folder, args, config, variables, input: message }, signal);
  return stdout.toString('utf8').trim();
}
