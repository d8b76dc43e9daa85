import type { ConflictKind, LandingFile, PlannedCommit } from '../../protocol/landing.ts';
import type { Tone } from './stepLooks.ts';

export const outcomeLooks: Readonly<Record<PlannedCommit['outcome'], { icon: string; tone: Tone; words: string }>> = {
  clean: { icon: 'pass', tone: 'good', words: 'clean' },
  conflict: { icon: 'warning', tone: 'attention', words: 'conflict' },
  empty: { icon: 'circle-slash', tone: 'quiet', words: 'nothing left of it' },
  there: { icon: 'circle-slash', tone: 'quiet', words: 'on the target already' },
  merge: { icon: 'circle-slash', tone: 'quiet', words: 'merge, left out' },
};

const kindWords: Readonly<Record<ConflictKind, string>> = {
  content: 'both changed it',
  'both-added': 'both added it',
  'modify-delete': 'changed and deleted',
  'rename-delete': 'renamed and deleted',
  'rename-rename': 'renamed on both sides',
  'directory-rename': 'its folder was renamed',
  'file-directory': 'a file and a folder',
  binary: 'both changed it, and it is no text',
  mode: 'both changed its mode',
  symlink: 'a link on one side',
  submodule: 'a submodule',
  other: 'git can not merge it',
};

/** Why git can't merge a file, in words. */
export function conflictWords({ kind, deletedBy }: Pick<LandingFile, 'kind' | 'deletedBy'>): string {
  if (deletedBy === undefined) return kindWords[kind];
  return deletedBy === 'ours'
    ? 'changed by the session, deleted by the target'
    : 'changed by the target, deleted by the session';
}
