import { branchPrefix, tagPrefix } from './mirrorNames.ts';
import type { GitCommand } from './runner.ts';

export interface MirrorRef {
  readonly kind: 'branch' | 'tag';
  /** Without `refs/remotes/origin/` or `refs/tags/`. */
  readonly name: string;
  /** What the ref points at: a commit, or an annotated tag's object. */
  readonly object: string;
  /** The commit behind it. */
  readonly commit: string;
}

const pattern = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64})? ?(refs\/(?:remotes\/origin|tags)\/(.+))$/;

/** Branches and then tags of a mirror, newest first. */
export const mirrorRefs: GitCommand<MirrorRef[]> = {
  args: [
    'for-each-ref',
    '--sort=-creatordate',
    '--format=%(objectname) %(*objectname) %(refname)',
    branchPrefix,
    tagPrefix,
  ],
  parse: ({ stdout }) => {
    const refs = stdout.toString('utf8').split('\n').flatMap(parseLine);
    return [...refs.filter(({ kind }) => kind === 'branch'), ...refs.filter(({ kind }) => kind === 'tag')];
  },
};

function parseLine(line: string): MirrorRef[] {
  const [, object, peeled, ref, name] = pattern.exec(line) ?? [];
  if (object === undefined || ref === undefined || name === undefined) return [];
  return [{ kind: ref.startsWith(tagPrefix) ? 'tag' : 'branch', name, object, commit: peeled ?? object }];
}
