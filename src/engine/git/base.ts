import { FlotillaError } from '../base/errors.ts';
import { GitError } from './gitError.ts';
import { hostRunner } from './hostGit.ts';
import { runHostGit } from './hostProcess.ts';
import { branchPrefix, headRef, tagPrefix } from './mirrorNames.ts';
import { mirrorRefs } from './mirrorRefs.ts';
import { nearest } from './nearest.ts';
import type { Source } from './source.ts';

/** Where a session's branch starts. */
export interface Base {
  /** As the user named it, or the name of the default. */
  readonly ref: string;
  readonly commit: string;
}

export interface BaseQuestion {
  /** The mirror. */
  readonly folder: string;
  readonly source: Source;
  readonly ref: string | undefined;
}

const commitId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Rejects with `base-unknown`. */
export async function findBase(question: BaseQuestion, signal?: AbortSignal): Promise<Base> {
  if (question.ref === undefined) return defaultBase(question, signal);
  const ref = question.ref.trim();
  const commit = isSpeakable(ref) ? await lookUp(question, ref, signal) : undefined;
  if (commit !== undefined) return { ref, commit };
  throw new FlotillaError('base-unknown', await unknownBase(question, ref, signal));
}

async function defaultBase({ folder, source }: BaseQuestion, signal?: AbortSignal): Promise<Base> {
  const names = [checkedOut(source), await headBranch(folder, signal), headRef].filter((name) => name !== undefined);
  for (const name of names) {
    const commit = await inMirror(folder, [name], signal);
    if (commit !== undefined)
      return { ref: name.startsWith(branchPrefix) ? name.slice(branchPrefix.length) : 'HEAD', commit };
  }
  throw new FlotillaError('base-unknown', `${source.source} has no default branch: name the branch to start from.`);
}

/** What a folder has checked out, as the mirror names it: a branch, or a commit when HEAD is detached. */
function checkedOut({ folder }: Source): string | undefined {
  return folder?.branch === undefined ? folder?.commit : branchPrefix + folder.branch;
}

const headBranch = (folder: string, signal?: AbortSignal): Promise<string | undefined> =>
  hostRunner(folder)(
    {
      args: ['symbolic-ref', '--quiet', headRef],
      answers: [1, 128],
      silent: true,
      parse: ({ stdout }) => stdout.toString('utf8').trim() || undefined,
    },
    signal,
  );

/** One line, and nothing that git would read as an option or a range. */
const isSpeakable = (ref: string): boolean =>
  ref !== '' && !ref.startsWith('-') && !/[\s:]/.test(ref) && !ref.includes('..') && !ref.startsWith('^');

async function lookUp(
  { folder, source }: BaseQuestion,
  ref: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (ref === 'HEAD' || ref === '@') return (await defaultBase({ folder, source, ref: undefined }, signal)).commit;
  const short = ref.replace(/^refs\/(?:heads|remotes\/origin)\//, '').replace(/^refs\/tags\//, '');
  const candidates = [branchPrefix + short, tagPrefix + short, branchPrefix + short.replace(/^origin\//, '')];
  const byId = /^[0-9a-f]{4,64}(?:[~^].*)?$/.test(ref) ? [ref] : [];
  const found = await inMirror(folder, [...candidates, ...byId], signal);
  if (found !== undefined) return found;
  const elsewhere = source.kind === 'folder' ? await inFolder(source.url, ref, signal) : ref;
  if (elsewhere === undefined || !commitId.test(elsewhere)) return undefined;
  return await fetchCommit(folder, source.url, { commit: elsewhere, signal });
}

/** The first of several names that is a commit of the mirror, in one call. */
function inMirror(folder: string, names: readonly string[], signal?: AbortSignal): Promise<string | undefined> {
  return hostRunner(folder)(
    {
      args: ['cat-file', '--batch-check'],
      input: names.map((name) => `${name}^{commit}\n`).join(''),
      parse: ({ stdout }) => /^([0-9a-f]{40,64}) commit /m.exec(stdout.toString('utf8'))?.[1],
    },
    signal,
  );
}

/** What only the folder knows: its remote-tracking branches, its reflog, `main~3`. */
const inFolder = (folder: string, ref: string, signal?: AbortSignal): Promise<string | undefined> =>
  hostRunner(folder)(
    {
      args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
      answers: [1, 128],
      silent: true,
      parse: ({ stdout }) => stdout.toString('utf8').trim() || undefined,
    },
    signal,
  );

/** A commit that no branch of the origin names; most hosts give it out all the same. */
async function fetchCommit(
  folder: string,
  url: string,
  { commit, signal }: { commit: string; signal: AbortSignal | undefined },
): Promise<string | undefined> {
  const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'];
  try {
    await runHostGit(
      { folder, args: ['fetch', ...options, '--', url, `${commit}:refs/flotilla/commits/${commit}`] },
      signal,
    );
    return await inMirror(folder, [commit], signal);
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

async function unknownBase({ folder, source }: BaseQuestion, ref: string, signal?: AbortSignal): Promise<string> {
  const refs = await hostRunner(folder)(mirrorRefs, signal);
  const near = nearest(
    ref,
    refs.map(({ name }) => name),
  );
  const hint = near.length === 0 ? 'Name a branch, a tag or a commit.' : `Did you mean ${near.join(', ')}?`;
  return `${source.source} has no branch, tag or commit ${JSON.stringify(ref)}. ${hint}`;
}
