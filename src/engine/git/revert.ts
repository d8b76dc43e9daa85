import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { FlotillaError } from '../base/errors.ts';
import { makeCommit } from './hostCommit.ts';
import { type HostGitCall, runHostGit } from './hostProcess.ts';
import type { Identity } from './identity.ts';
import { inReplayFolder, type ReplayFolder } from './replayFolder.ts';

export interface Revert {
  /** The target before the landing. */
  readonly before: string;
  /** What the landing pushed. */
  readonly landed: string;
  /** The target as it is now. */
  readonly tip: string;
  readonly identity: Identity;
  readonly message?: string | undefined;
}

/** Paths that an error lists. */
const shown = 200;

/**
 * A commit on top of the target that takes a landing back and keeps what came after it; the target itself when it holds nothing of the landing
 * any more. Rejects with `undo-conflicts`, which names the paths that were changed again since, or with `undo-refused` when the target was
 * rewritten. All commits must be in the repository.
 */
export async function revertWork(folder: string, revert: Revert, signal?: AbortSignal): Promise<string> {
  const { landed, tip, identity } = revert;
  const held = await runHostGit({ folder, args: ['merge-base', '--is-ancestor', landed, tip], answers: [1] }, signal);
  if (held.exitCode !== 0)
    throw new FlotillaError(
      'undo-refused',
      'The target was rewritten and no longer holds what was landed: there is nothing to take back.',
    );
  const tree = await takenBack(folder, revert, signal);
  if (tree === (await treeOf(folder, tip, signal))) return tip;
  const message = revert.message ?? (await defaultMessage(folder, revert, signal));
  return makeCommit(folder, { tree, parent: tip, message, identity }, signal);
}

const treeOf = async (folder: string, commit: string, signal: AbortSignal | undefined): Promise<string> =>
  textOf(folder, ['rev-parse', '--verify', `${commit}^{tree}`], signal);

async function textOf(folder: string, args: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  return (await runHostGit({ folder, args }, signal)).stdout.toString('utf8').trim();
}

/** Merges the inverse change. What the attempt writes stays apart until it has turned out clean. */
async function takenBack(folder: string, revert: Revert, signal?: AbortSignal): Promise<string> {
  const { before, landed, tip } = revert;
  if (tip === landed) return treeOf(folder, before, signal);
  const trees = await Promise.all([landed, tip, before].map((commit) => treeOf(folder, commit, signal)));
  return inReplayFolder(folder, landed, async (place) => {
    const args = [
      'merge-tree',
      '--write-tree',
      '-z',
      '--name-only',
      '--no-messages',
      ...(await standIns(place, trees)),
    ];
    const mergeInto = (objects: string): Promise<string> => {
      const aside = JSON.stringify(path.join(place.folder, 'objects'));
      const variables = { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: aside };
      const call = { ...place.call, args, answers: [1], variables: { ...place.call.variables, ...variables } };
      return mergedTree(call, signal);
    };
    const attempt = path.join(place.folder, 'attempt');
    await mkdir(attempt);
    await mergeInto(attempt);
    return mergeInto(path.join(folder, 'objects'));
  });
}

/** Two commits that stand for the later trees and have the first one for their base, whatever the real histories are. */
async function standIns({ objects }: ReplayFolder, [base = '', ...ends]: readonly string[]): Promise<string[]> {
  const root = await objects.writeCommit(base, [], 'base');
  return Promise.all(ends.map((tree, at) => objects.writeCommit(tree, [root], String(at))));
}

async function mergedTree(call: HostGitCall, signal: AbortSignal | undefined): Promise<string> {
  const { exitCode, stdout } = await runHostGit(call, signal);
  const [tree = '', ...paths] = stdout.toString('utf8').split('\0').slice(0, -1);
  if (exitCode === 0) return tree;
  const named = paths.slice(0, shown).map((name) => (/[\p{Cc}"]/u.test(name) ? JSON.stringify(name) : name));
  throw new FlotillaError(
    'undo-conflicts',
    `${paths.length === 1 ? 'A file was' : `${paths.length} files were`} changed again since the landing, so it can't be taken back by itself: revert it by hand, in a session of its own.`,
    { detail: [...named, ...(paths.length > shown ? [`and ${paths.length - shown} more`] : [])].join('\n') },
  );
}

async function defaultMessage(folder: string, { before, landed }: Revert, signal?: AbortSignal): Promise<string> {
  const args = ['rev-list', '--no-commit-header', '--encoding=UTF-8', '--format=%s', '--max-count=1', landed, '--'];
  const subject = await textOf(folder, args, signal);
  const count = Number(await textOf(folder, ['rev-list', '--count', landed, '--not', before, '--'], signal));
  return count === 1
    ? `Revert "${subject}"\n\nThis reverts commit ${landed}.`
    : `Revert the landing that ends with "${subject}"\n\nThis reverts the ${count} commits ${before}..${landed}.`;
}
