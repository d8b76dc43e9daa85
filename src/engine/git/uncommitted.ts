import { copyFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { FlotillaError } from '../base/errors.ts';
import type { Base } from './base.ts';
import { hostRunner } from './hostGit.ts';
import { runHostGit } from './hostProcess.ts';
import { commitIdentity } from './identity.ts';
import { scratchFolder } from './scratchFolder.ts';
import type { Source } from './source.ts';

/** A folder's uncommitted work as a commit in the mirror. */
export interface Taken {
  /** The base itself when there was nothing to take. */
  readonly commit: string;
  /** Repositories inside the folder, whose files were not taken. */
  readonly nested: readonly string[];
}

export interface Taking {
  readonly mirror: string;
  readonly source: Source;
  readonly base: Base;
}

const message =
  'Take uncommitted work along\n\nMade by Flotilla from the uncommitted changes of the folder the session started from.\n';

/**
 * Works on a copy of the folder's index and writes objects into the mirror, so that nothing in the folder changes. The folder's hooks and
 * its fsmonitor don't run; its content filters do, as in the `git add` that this stands for: without them the commit would hold wrong content.
 */
export async function commitUncommitted(taking: Taking, signal?: AbortSignal): Promise<Taken> {
  requireCheckedOut(taking);
  const scratch = await scratchFolder('index');
  try {
    const variables = await privateVariables(taking, path.join(scratch, 'index'), signal);
    const git = gitIn(taking.source.url, variables, signal);
    await git(['add', '--all', '--ignore-errors', '--', '.'], { answers: [1] });
    const nested = await leaveOutNested(git, taking.base.commit);
    const tree = (await git(['write-tree'])).toString('utf8').trim();
    const baseTree = (await git(['rev-parse', `${taking.base.commit}^{tree}`])).toString('utf8').trim();
    if (tree === baseTree) return { commit: taking.base.commit, nested };
    const commit = (await git(['commit-tree', '-p', taking.base.commit, tree], { input: message }))
      .toString('utf8')
      .trim();
    await hostRunner(taking.mirror)(
      { args: ['update-ref', `refs/flotilla/commits/${commit}`, commit], silent: true, parse: () => undefined },
      signal,
    );
    return { commit, nested };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function requireCheckedOut({ source, base }: Taking): void {
  if (source.folder === undefined || source.folder.bare)
    throw new FlotillaError(
      'invalid-input',
      'Only a local folder with a work tree has uncommitted work to take along.',
    );
  if (source.folder.commit !== base.commit)
    throw new FlotillaError(
      'invalid-input',
      'Uncommitted work can be taken along only when the session starts from what the folder has checked out: leave out the base.',
    );
}

/**
 * The copy is as old as its original: git reads a file again when it is no older than the index, and a copy that looks newer would hide a
 * change of the same size made within the same tick of the clock.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(from);
  await copyFile(from, to);
  await utimes(to, atime, mtime);
}

/** A copy of the index keeps git from reading every file again; objects go to the mirror, and those of the folder are borrowed. */
async function privateVariables(
  { mirror, source }: Taking,
  index: string,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const [ownIndex = '', objects = ''] = await hostRunner(source.url)(
    {
      args: ['rev-parse', '--path-format=absolute', '--git-path', 'index', '--git-path', 'objects'],
      parse: ({ stdout }) => stdout.toString('utf8').split('\n'),
    },
    signal,
  );
  await copyIndex(ownIndex, index).catch(() => undefined);
  const { name, email } = await commitIdentity(source, signal);
  return {
    GIT_INDEX_FILE: index,
    GIT_OBJECT_DIRECTORY: path.join(mirror, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects),
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

type Git = (args: readonly string[], more?: { input?: string; answers?: readonly number[] }) => Promise<Buffer>;

const config = [
  'core.sharedRepository=0644',
  'advice.addEmbeddedRepo=false',
  'core.safecrlf=false',
  'index.skipHash=false',
];

const gitIn =
  (folder: string, variables: Record<string, string>, signal: AbortSignal | undefined): Git =>
  async (args, more) =>
    (await runHostGit({ folder, args, config, variables, ...more }, signal)).stdout;

/** `git add` takes a repository inside the folder as a bare link to a commit that nobody else has. */
async function leaveOutNested(git: Git, base: string): Promise<string[]> {
  const fields = (await git(['diff-index', '--cached', '--raw', '-z', '--no-renames', base]))
    .toString('utf8')
    .split('\0');
  const nested = fields.flatMap((field, at) => (/^:000000 160000 /.test(field) ? [fields[at + 1] ?? ''] : []));
  if (nested.length > 0)
    await git(['update-index', '--force-remove', '-z', '--stdin'], {
      input: nested.map((name) => `${name}\0`).join(''),
    });
  return nested;
}
