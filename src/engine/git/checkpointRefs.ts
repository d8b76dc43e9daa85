import { instantOf } from '../base/clock.ts';
import type { GitCommand } from './runner.ts';

export interface CheckpointRef {
  readonly number: number;
  readonly commit: string;
  /** ISO 8601. The environment's clock said it. */
  readonly at: string;
}

/** A session's checkpoints in the work store, newest first. */
export const checkpointRefs = (prefix: string): GitCommand<CheckpointRef[]> => ({
  args: [
    'for-each-ref',
    '--sort=-version:refname',
    '--count=500',
    '--format=%(refname:lstrip=-1) %(objectname) %(committerdate:unix)',
    prefix,
  ],
  silent: true,
  parse: ({ stdout }) => stdout.toString('utf8').split('\n').flatMap(parseRef),
});

/** The commits that were checked out when a session's checkpoints were made: no branch need have them, as when HEAD was detached. */
export const checkpointHeads = (prefix: string): GitCommand<string[]> => ({
  args: ['for-each-ref', '--format=%(parent)', prefix],
  silent: true,
  parse: ({ stdout }) => {
    const heads = stdout
      .toString('utf8')
      .split('\n')
      .map((parents) => parents.split(' ')[0] ?? '');
    return [...new Set(heads)].filter((head) => head !== '');
  },
});

function parseRef(line: string): CheckpointRef[] {
  const [, number, commit, seconds] = /^([1-9]\d{0,8}) ([0-9a-f]{40,64}) (\d{0,12})$/.exec(line) ?? [];
  if (commit === undefined) return [];
  // A date past the year 9999 is an invention of the session.
  return [{ number: Number(number), commit, at: instantOf(Number(seconds) * 1000) }];
}
