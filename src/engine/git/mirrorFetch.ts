import { FlotillaError } from '../base/errors.ts';
import { hostRunner } from './hostGit.ts';
import { runHostGit } from './hostProcess.ts';
import { branchPrefix, headRef, tagPrefix } from './mirrorNames.ts';
import { mirrorRefs } from './mirrorRefs.ts';
import type { Source } from './source.ts';

/** Tells what a fetch does, one line for people. */
export type Report = (line: string) => void;

export interface MirrorFetch {
  readonly folder: string;
  readonly source: Source;
  readonly report: Report | undefined;
}

/** What an origin offers. */
export interface Advertised {
  /** `refs/heads/*` and `refs/tags/*`, with their objects. */
  readonly refs: ReadonlyMap<string, string>;
  /** The branch that HEAD points at. */
  readonly headBranch: string | undefined;
  readonly headCommit: string | undefined;
}

/** Asks the origin what it has, fetches only when something differs, and keeps what HEAD points at. */
export async function fetchMirror(fetch: MirrorFetch, signal: AbortSignal): Promise<void> {
  const [offered, own] = await Promise.all([
    advertised(fetch.source.url, signal),
    hostRunner(fetch.folder)(mirrorRefs, signal),
  ]);
  if (offered.refs.size === 0)
    throw new FlotillaError(
      'repository-empty',
      `${fetch.source.source} has no commit to start from: push a first commit, then try again.`,
    );
  const known = new Map(
    own.map(({ kind, name, object }) => [(kind === 'tag' ? tagPrefix : 'refs/heads/') + name, object]),
  );
  const same =
    known.size === offered.refs.size && [...offered.refs].every(([ref, object]) => known.get(ref) === object);
  const detached = offered.headBranch === undefined && offered.headCommit !== undefined;
  if (!same || detached) await fetchRefs(fetch, detached, signal);
  if (!detached) await keepHead(fetch.folder, offered, signal);
}

async function advertised(url: string, signal: AbortSignal): Promise<Advertised> {
  const args = ['ls-remote', '--symref', '--', url, 'HEAD', 'refs/heads/*', 'refs/tags/*'];
  const { stdout } = await runHostGit({ args, timeoutMs: 5 * 60_000 }, signal);
  return parseAdvertised(stdout.toString('utf8'));
}

/** Reads `git ls-remote --symref`. */
export function parseAdvertised(text: string): Advertised {
  const refs = new Map<string, string>();
  let headBranch: string | undefined;
  let headCommit: string | undefined;
  for (const line of text.split('\n')) {
    const [what = '', ref = ''] = line.split('\t');
    if (ref === 'HEAD' && what.startsWith('ref: refs/heads/')) headBranch = what.slice('ref: refs/heads/'.length);
    else if (ref === 'HEAD') headCommit = what;
    else if (/^refs\/(heads|tags)\//.test(ref) && !ref.endsWith('^{}')) refs.set(ref, what);
  }
  return { refs, headBranch, headCommit };
}

async function fetchRefs(
  { folder, source, report }: MirrorFetch,
  detached: boolean,
  signal: AbortSignal,
): Promise<void> {
  report?.(`Fetching ${source.source}`);
  const refspecs = [`+refs/heads/*:${branchPrefix}*`, `+refs/tags/*:${tagPrefix}*`];
  const options = [
    '--prune',
    '--no-tags',
    '--force',
    '--quiet',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-maintenance',
  ];
  if (detached) await dropSymbolicHead(folder, signal);
  await runHostGit(
    { folder, args: ['fetch', ...options, '--', source.url, ...refspecs, ...(detached ? [`+HEAD:${headRef}`] : [])] },
    signal,
  );
}

/** A fetch into a symbolic ref would move the branch that it points at. */
const dropSymbolicHead = (folder: string, signal: AbortSignal): Promise<void> =>
  hostRunner(folder)(
    { args: ['update-ref', '--no-deref', '-d', headRef], silent: true, parse: () => undefined },
    signal,
  );

/** An origin whose HEAD points at a branch that does not exist still has a first branch: `main`, `master`, or any. */
async function keepHead(folder: string, offered: Advertised, signal: AbortSignal): Promise<void> {
  const names = [offered.headBranch, 'main', 'master'];
  const [first] = [...offered.refs.keys()].filter((ref) => ref.startsWith('refs/heads/'));
  const branch =
    names.find((name) => name !== undefined && offered.refs.has(`refs/heads/${name}`)) ??
    first?.slice('refs/heads/'.length);
  if (branch === undefined) return;
  await hostRunner(folder)(
    { args: ['symbolic-ref', headRef, branchPrefix + branch], silent: true, parse: () => undefined },
    signal,
  );
}
