import { sleep } from '../base/clock.ts';
import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { explainGitError } from './explainGitError.ts';
import { GitError } from './gitError.ts';
import { runHostGit } from './hostProcess.ts';
import { branchRef, type PushTarget } from './pushTarget.ts';
import { remoteTip } from './remoteBranch.ts';

export interface RefPush {
  /** The repository that has the commit. */
  readonly folder: string;
  readonly target: PushTarget;
  readonly branch: string;
  /** What the branch is to be; `undefined` deletes it. */
  readonly commit: string | undefined;
  /** What the branch must be on the remote, whatever the histories are; empty when it must not exist. Without it: a plain fast-forward. */
  readonly lease?: string | undefined;
  /** What the branch is on the remote as far as is known. */
  readonly before: string | undefined;
}

export interface RefPushed {
  /** What the branch was on the remote; `undefined` when it did not exist. */
  readonly before: string | undefined;
  /** There was nothing to do. */
  readonly upToDate: boolean;
}

const timeoutMs = 30 * 60_000;
/** After a broken connection, milliseconds before each look: a server may still be busy with what had arrived. */
const looks = [0, 500, 1500];
const options = ['--porcelain', '--no-verify', '--no-follow-tags', '--recurse-submodules=no', '--no-signed'];

/**
 * Moves one branch of a remote. When the connection breaks in the middle, the remote is asked what became of it: rejects with
 * `push-unknown` only when it can't be asked.
 */
export async function pushRef(push: RefPush, signal?: AbortSignal): Promise<RefPushed> {
  try {
    return await send(push, signal);
  } catch (error) {
    const explained = explainGitError(error, push.target.remote, 'push');
    // When a connection that was used before breaks, curl sends the push again by itself, and the remote may refuse to do it twice.
    if (FlotillaError.is(explained, 'push-moved')) return lookWhatArrived(push, explained, [0], signal);
    if (FlotillaError.is(explained, 'push-unknown')) return lookWhatArrived(push, explained, looks, signal);
    throw explained;
  }
}

async function send(push: RefPush, signal: AbortSignal | undefined): Promise<RefPushed> {
  const { folder, commit, lease, target } = push;
  const ref = branchRef(push.branch);
  const leased = lease === undefined ? [] : [`--force-with-lease=${ref}:${lease}`];
  const args = ['push', ...options, ...leased, 'flotilla', `${commit ?? ''}:${ref}`];
  // The report is to name whole commits.
  const config = [`core.abbrev=${(commit ?? lease ?? '').length}`];
  const call = { folder, args, config, variables: target.variables, timeoutMs, answers: [1] };
  const said = await runHostGit(call, signal);
  const report = said.stdout.toString('utf8');
  if (said.exitCode !== 0) throw new GitError(args, said.exitCode, `${said.stderr}\n${report}`);
  return outcomeOf(report, commit);
}

/** Reads `git push --porcelain`: flag, refs, and `<old>..<new>` or words in brackets, between tabs. */
function outcomeOf(report: string, commit: string | undefined): RefPushed {
  const [, flag, before] = /^([ +*=-])\t\S*:\S+\t(?:([0-9a-f]{40,64})\.{2,3})?/m.exec(report) ?? [];
  return flag === '=' ? { before: commit, upToDate: true } : { before, upToDate: false };
}

async function lookWhatArrived(
  push: RefPush,
  broken: FlotillaError,
  waits: readonly number[],
  signal: AbortSignal | undefined,
): Promise<RefPushed> {
  for (const wait of waits) {
    await sleep(wait, signal);
    throwIfCancelled(signal);
    const tip = await tipOr(broken, push, signal);
    if (tip === push.commit) return { before: push.before, upToDate: false };
    if (tip !== push.before) throw broken;
  }
  if (broken.code !== 'push-unknown') throw broken;
  throw new FlotillaError(
    'repository-unreachable',
    `The connection to ${push.target.remote} broke during the push, and nothing has arrived there. Push again.`,
    { cause: broken, detail: broken.detail },
  );
}

async function tipOr(broken: FlotillaError, push: RefPush, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await remoteTip(push.target, push.branch, signal);
  } catch {
    throwIfCancelled(signal);
    throw broken;
  }
}
