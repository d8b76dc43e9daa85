import path from 'node:path';
import { FlotillaError } from '../base/errors.ts';
import { inspectFolder } from './folder.ts';
import { withoutCredentials } from './gitError.ts';
import type { HostGitCall } from './hostProcess.ts';
import { isBranchName } from './refName.ts';
import type { Source } from './source.ts';

/** What a push needs to know of a repository. */
export type PushSource = Pick<Source, 'kind' | 'url' | 'source'>;

/** Where pushes of a repository go: its URL, or the remote of a folder. */
export interface PushTarget {
  /** The remote's URL, without credentials. */
  readonly remote: string;
  /** Makes the remote known to git as `flotilla`. The URL travels in the environment: a folder's configuration may hold a token in it. */
  readonly variables: NonNullable<HostGitCall['variables']>;
}

/** Rejects with `no-remote` for a folder that has none, and with what `inspectFolder` rejects with. */
export async function pushTarget(source: PushSource, signal?: AbortSignal): Promise<PushTarget> {
  const url = await pushUrlOf(source, signal);
  const variables = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'remote.flotilla.url', GIT_CONFIG_VALUE_0: url };
  return { remote: withoutCredentials(url), variables };
}

async function pushUrlOf(source: PushSource, signal: AbortSignal | undefined): Promise<string> {
  if (source.kind === 'url') return source.url;
  const facts = await inspectFolder(source.url, signal);
  const url = facts.pushUrl ?? (facts.bare ? facts.folder : undefined);
  if (url !== undefined) return url;
  throw new FlotillaError(
    'no-remote',
    `${source.source} has no remote to push to. Add one: git remote add origin <url>`,
  );
}

/** The full name of a branch. Rejects what git does not allow as one. */
export function branchRef(branch: string): string {
  if (isBranchName(branch)) return `refs/heads/${branch}`;
  throw new FlotillaError('invalid-input', `${JSON.stringify(branch)} is no name for a branch.`);
}

/** Where git runs when it only asks a remote: no repository's configuration has a say there, and nobody else can put one there. */
export const nowhere = path.parse(process.cwd()).root;
