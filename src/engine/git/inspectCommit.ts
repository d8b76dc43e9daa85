import { FlotillaError } from '../base/errors.ts';
import { hostRunner } from './hostGit.ts';
import type { GitRunner } from './runner.ts';
import { requireWalkable } from './walkable.ts';

/** Names of submodules that a notice lists. */
const shown = 5;

/** What a session made from this commit will lack, a sentence each. */
export async function inspectCommit(folder: string, commit: string, signal?: AbortSignal): Promise<string[]> {
  const run = hostRunner(folder);
  const [submodules, lfs] = await Promise.all([submodulesOf(run, commit, signal), lfsOrNotice(folder, commit, signal)]);
  const notices: string[] = [];
  if (submodules.length > 0) {
    const more = submodules.length > shown ? ` and ${submodules.length - shown} more` : '';
    notices.push(
      `Submodules are not filled: ${submodules.slice(0, shown).join(', ')}${more} ${submodules.length === 1 ? 'is an empty folder' : 'are empty folders'} in the workspace.`,
    );
  }
  if (typeof lfs === 'string') notices.push(lfs);
  else if (lfs)
    notices.push(
      'Files kept in Git LFS come as their pointer files, without the content; LFS content that Claude adds is not pushed.',
    );
  return notices;
}

/** A sentence where the tree is more than git is to go through: the session can begin all the same. */
async function lfsOrNotice(folder: string, commit: string, signal?: AbortSignal): Promise<boolean | string> {
  try {
    await requireWalkable(folder, [commit], signal);
  } catch (error) {
    if (FlotillaError.is(error, 'limit-reached')) return error.message;
    throw error;
  }
  return await usesLfs(folder, commit, signal);
}

const submodulesOf = (run: GitRunner, commit: string, signal?: AbortSignal): Promise<string[]> =>
  run(
    {
      args: ['config', '--blob', `${commit}:.gitmodules`, '-z', '--get-regexp', String.raw`^submodule\..*\.path$`],
      // 1: the file has no such entry; 128: there is no such file, or git can't read it.
      answers: [1, 128],
      silent: true,
      parse: ({ stdout }) =>
        stdout
          .toString('utf8')
          .split('\0')
          .flatMap((entry) => entry.split('\n')[1] ?? []),
    },
    signal,
  );

/** True when the attributes of a commit, which must be walkable, give files to Git LFS. */
export const usesLfs = (folder: string, commit: string, signal?: AbortSignal): Promise<boolean> =>
  hostRunner(folder)(
    {
      args: ['grep', '--quiet', '-F', '-e', 'filter=lfs', commit, '--', ':(glob)**/.gitattributes'],
      answers: [1],
      silent: true,
      parse: ({ exitCode }) => exitCode === 0,
    },
    signal,
  );
