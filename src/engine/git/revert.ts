import { FlotillaError } from '../base/errors.ts';
import { makeCommit } from './hostCommit.ts';
import { runHostGit } from './hostProcess.ts';
import type { Identity } from './identity.ts';
import { MergeRoom } from './mergeRoom.ts';
import type { ReplayFolder } from './replayFolder.ts';

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
/** Bytes of what a merge may write. */
const maxBytes = 512 * 1024 * 1024;

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

/** The tree of the target with the inverse change merged in; stand-ins give git the landed tree for a base, whatever the real histories are. */
async function takenBack(folder: string, { before, landed, tip }: Revert, signal?: AbortSignal): Promise<string> {
  if (tip === landed) return treeOf(folder, before, signal);
  const work = async (room: MergeRoom): Promise<string> => {
    const [base, present, earlier] = await Promise.all([landed, tip, before].map((commit) => room.treeOf(commit)));
    await room.sizes.require([base, present, earlier].filter((tree) => tree !== undefined));
    const { objects } = room.folder;
    const root = objects.writeCommit(base ?? '', [], 'base');
    const ours = objects.writeCommit(present ?? '', [root], 'ours');
    const theirs = objects.writeCommit(earlier ?? '', [root], 'theirs');
    await room.heedAttributes(tip);
    const merged = await room.merge({ ours, theirs, attributesOf: present ?? '' });
    if (!merged.clean) throw conflicts(merged.found.map(({ conflict }) => conflict.path));
    await keep({ folder, tree: merged.tree, tip }, room.folder, signal);
    return merged.tree;
  };
  return MergeRoom.use(folder, landed, work, signal);
}

/** Takes over what a merge wrote, once it has turned out clean. */
async function keep(
  { folder, tree, tip }: { folder: string; tree: string; tip: string },
  { call }: ReplayFolder,
  signal: AbortSignal | undefined,
): Promise<void> {
  const pack = { ...call, args: ['pack-objects', '--revs', '--stdout', '-q'], input: `${tree}\n^${tip}\n`, maxBytes };
  const { stdout } = await runHostGit(pack, signal);
  await runHostGit({ folder, args: ['unpack-objects', '-q'], input: stdout }, signal);
}

function conflicts(found: readonly string[]): FlotillaError {
  const paths = [...new Set(found)];
  const named = paths.slice(0, shown).map((name) => (/[\p{Cc}"]/u.test(name) ? JSON.stringify(name) : name));
  return new FlotillaError(
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
