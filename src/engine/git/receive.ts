import { throwIfCancelled } from '../base/errors.ts';
import { faultPoint } from '../base/faultPoint.ts';
import { isTag, isWorkspaceRef, type WorkspaceRef } from './checkpoint.ts';
import { GitError } from './gitError.ts';
import { runHostGit } from './hostProcess.ts';
import { type Connect, fetchObjects, type Incoming, listRefs } from './incoming.ts';
import { keepRefs } from './keepRefs.ts';
import { tidyWorkStore } from './tidy.ts';

export interface Arrival {
  /** Starts `uploadPackCommand` in the environment; called once for each connection. */
  readonly connect: Connect;
  readonly signal?: AbortSignal | undefined;
  /** What the checkpoint told of; asked for over a connection of its own when absent. */
  readonly refs?: readonly WorkspaceRef[] | undefined;
  /** A commit whose history the store has. With it, what an earlier homecoming could not bring of the histories is brought now. */
  readonly whole?: string | undefined;
  /** Bytes that may come. Default 4 GiB. */
  readonly maxBytes?: number | undefined;
}

export interface Received {
  /** Refs that are new or have moved, with their names in the workspace. */
  readonly changed: readonly WorkspaceRef[];
}

const defaultMaxBytes = 4 * 1024 ** 3;
/** Branches and checkpoints of one session that are taken. */
const maxRefs = 500;
/** Places at which the histories of one session may be cut off and made whole again at one time. */
const mostCuts = 50;

/** Objects first, then all refs at once: whatever fails, the store holds no ref without its objects. */
export async function receiveWork(folder: string, prefix: string, arrival: Arrival): Promise<Received> {
  const { connect, signal, maxBytes = defaultMaxBytes } = arrival;
  const told = arrival.refs ?? (await listRefs({ folder, connect, maxBytes: 16 * 1024 * 1024 }, signal));
  const offered = sound(told);
  const own = await ownRefs(folder, prefix, signal);
  const news = offered.filter((one) => own.get(storedName(prefix, one)) !== one.commit);
  // Also what seems to be there already: only a fetch knows whether everything it points at is there as well.
  const wanted = [...new Set(news.map(({ commit }) => commit))];
  const incoming = { folder, connect, maxBytes };
  if (wanted.length > 0) await fetchObjects(incoming, wanted, signal);
  if (arrival.whole !== undefined) await fetchMissing(incoming, offered, { from: arrival.whole, signal });
  throwIfCancelled(signal);
  const commits = await onlyCommits(folder, news, signal);
  const moves = commits.map((one) => {
    const name = storedName(prefix, one);
    return { name, from: own.get(name), to: one.commit };
  });
  faultPoint('home.objects');
  await keepRefs({ folder, prefix, own, moves }, signal);
  if (wanted.length > 0) await tidyWorkStore(folder, 'packs', signal);
  return { changed: commits };
}

/** What was cut off when its descendants came, as after a fetch with `--depth` inside, nobody would ever ask for again. */
async function fetchMissing(
  incoming: Incoming,
  offered: readonly WorkspaceRef[],
  { from, signal }: { from: string; signal: AbortSignal | undefined },
): Promise<void> {
  const tips = [...new Set(offered.map(({ commit }) => commit))];
  const args = ['rev-list', '--count', ...tips, '--not', from, '--'];
  for (let cuts = 0; tips.length > 0 && cuts < mostCuts; cuts += 1) {
    const { stderr } = await runHostGit({ folder: incoming.folder, args, answers: [128] }, signal);
    const missing = /^error: Could not read ([0-9a-f]{40,64})$/m.exec(stderr)?.[1];
    if (missing === undefined) return;
    try {
      await fetchObjects({ ...incoming, anew: true }, [missing], signal);
    } catch (error) {
      // The other side lacks it too, or says so: what has come is kept all the same.
      if (error instanceof GitError) return;
      throw error;
    }
  }
}

/**
 * `refs/heads/x` becomes `<prefix>heads/x`, `refs/flotilla/checkpoints/3` becomes `<prefix>checkpoints/3`. A tag that is moved does not
 * replace what it was: `refs/tags/x` becomes `<prefix>tags/<object>/x`.
 */
function storedName(prefix: string, { ref, commit }: WorkspaceRef): string {
  const name = ref.replace(/^refs\/(?:flotilla\/)?/, '');
  return prefix + (isTag(ref) ? name.replace(/^tags/, `tags/${commit}`) : name);
}

/** Names that are expected, each once, and none that another one keeps from being made. */
function sound(told: readonly WorkspaceRef[]): WorkspaceRef[] {
  const names = new Set<string>();
  const folders = new Set<string>();
  return told.slice(0, maxRefs).filter(({ ref }) => {
    const parents = ref.split('/').map((_, at, parts) => parts.slice(0, at).join('/'));
    if (!isWorkspaceRef(ref) || names.has(ref) || folders.has(ref) || parents.some((parent) => names.has(parent)))
      return false;
    names.add(ref);
    for (const parent of parents) folders.add(parent);
    return true;
  });
}

async function ownRefs(folder: string, prefix: string, signal: AbortSignal | undefined): Promise<Map<string, string>> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', prefix];
  const { stdout } = await runHostGit({ folder, args }, signal);
  const lines = stdout.toString('utf8').split('\n').slice(0, -1);
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
}

/** Those that are commits; of a tag, what is behind it. */
async function onlyCommits(
  folder: string,
  refs: readonly WorkspaceRef[],
  signal: AbortSignal | undefined,
): Promise<WorkspaceRef[]> {
  if (refs.length === 0) return [];
  const input = refs.map((one) => `${one.commit}${isTag(one.ref) ? '^{commit}' : ''}\n`).join('');
  const { stdout } = await runHostGit({ folder, args: ['cat-file', '--batch-check=%(objecttype)'], input }, signal);
  const types = stdout.toString('utf8').split('\n');
  return refs.filter((_, at) => types[at] === 'commit');
}
