import type { ConflictKind, Landing, LandingFile } from '../../protocol/landing.ts';
import type { RebaseStop } from '../git/landingStop.ts';

type Entry = RebaseStop['unmerged'][number];

/** Files of one stop that are kept; a rebase that meets more is for a person at a shell. */
const maxFiles = 1000;
/** Characters of all their names: they come out of the environment, and are written with every note of the landing. */
const maxNames = 256 * 1024;

/** A stop of the rebase as a landing keeps it: nobody has resolved anything yet. */
export function stopOf({ commit, subject, unmerged, marked }: RebaseStop): NonNullable<Landing['stop']> {
  const paths = new Map<string, Entry[]>();
  for (const entry of unmerged) paths.set(entry.path, [...(paths.get(entry.path) ?? []), entry]);
  const isMarked = new Set(marked);
  const files = bounded([...paths]).map(([path, entries]) => fileOf(path, entries, isMarked.has(path)));
  return { commit, subject: subject.slice(0, 500), asked: false, files };
}

function bounded(paths: readonly (readonly [string, Entry[]])[]): readonly (readonly [string, Entry[]])[] {
  let left = maxNames;
  return paths.slice(0, maxFiles).filter(([path]) => (left -= path.length) >= 0);
}

function fileOf(path: string, entries: readonly Entry[], isMarked: boolean): LandingFile {
  const kind = kindOf(entries, isMarked);
  const stages = new Set(entries.map(({ stage }) => stage));
  const deletedBy = kind !== 'modify-delete' ? {} : ({ deletedBy: stages.has(2) ? 'theirs' : 'ours' } as const);
  return { path, kind, ...deletedBy, state: 'open', warnings: [] };
}

/** By the stages that a path has in the index. */
const kinds: Readonly<Record<string, ConflictKind>> = {
  '123': 'content',
  '23': 'both-added',
  '12': 'modify-delete',
  '13': 'modify-delete',
  '1': 'rename-rename',
};

/** What the stages in the index say of a conflict; a rename leaves single stages under several names. */
function kindOf(entries: readonly Entry[], isMarked: boolean): ConflictKind {
  const modes = entries.map(({ mode }) => mode);
  const stages = entries.map(({ stage }) => stage).join('');
  if (modes.includes('160000')) return 'submodule';
  if (modes.includes('120000')) return 'symlink';
  const kind = kinds[stages] ?? 'other';
  return isMarked || !['123', '23'].includes(stages) ? kind : 'binary';
}
