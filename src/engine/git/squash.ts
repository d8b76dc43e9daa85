import { FlotillaError } from '../base/errors.ts';
import { type HostCommit, makeCommit } from './hostCommit.ts';
import { runHostGit } from './hostProcess.ts';
import type { Identity } from './identity.ts';

export interface Squash {
  /** The target's commit that the work stands on. */
  readonly onto: string;
  readonly head: string;
  readonly message: string;
  readonly identity: Identity;
}

/**
 * One commit on top of the target with everything that was landed. Its dates are those of the newest commit in it, so that asking again
 * makes the same commit. Rejects with `target-moved` when the work does not stand on the target: its tree would take back what others did.
 */
export async function squashWork(folder: string, squash: Squash, signal?: AbortSignal): Promise<string> {
  const { onto, head, message, identity } = squash;
  const ancestor = await runHostGit(
    { folder, args: ['merge-base', '--is-ancestor', onto, head], answers: [1] },
    signal,
  );
  if (ancestor.exitCode !== 0)
    throw new FlotillaError('target-moved', 'The work does not stand on the target: rebase onto it and verify again.');
  const args = ['rev-list', '--no-commit-header', '--max-count=1', '--format=%T%n%ad%n%cd', '--date=raw', head, '--'];
  const { stdout } = await runHostGit({ folder, args }, signal);
  const [tree = '', ...dates] = stdout.toString('utf8').split('\n');
  return makeCommit(folder, { tree, parent: onto, message, identity, dates: datesOf(dates) }, signal);
}

function datesOf(raw: readonly string[]): HostCommit['dates'] {
  const [author, committer] = raw.map((date) => (/^[0-9]{1,12} [+-][0-9]{4}$/.test(date) ? `@${date}` : undefined));
  return author === undefined || committer === undefined ? undefined : { author, committer };
}
