import type { ConflictKind } from '../../protocol/landing.ts';
import type { MergeAnswer, MergeMessage, Side, Stage, UnmergedEntry } from './mergeAnswers.ts';
import { pathFrom } from './pathFrom.ts';

/** One path that a merge leaves to a person. As in a rebase, "ours" is the side that is built upon and "theirs" the commit that moves. */
export interface Conflict {
  readonly path: string;
  readonly kind: ConflictKind;
  readonly deletedBy?: 'ours' | 'theirs' | undefined;
  /** What the index would hold; empty when git names a conflict without leaving a path unmerged. */
  readonly stages: { readonly [side in Side]?: Stage };
  /** Places in the file that conflict; `undefined` where there are no markers to count. */
  readonly hunks: number | undefined;
  /** The path before a rename that is part of the conflict. */
  readonly from?: string | undefined;
}

/** A conflict as it is read from an answer: before its hunks are counted, with its path in bytes as it stands in the answer's tree. */
export interface FoundConflict {
  readonly conflict: Conflict;
  readonly treePath: string;
}

type Stages = Conflict['stages'];

/** The path of a name that is read with a character for each byte. */
const pathText = (bytes: string): string => pathFrom(Buffer.from(bytes, 'latin1'));

/** Messages that decide by themselves, the most telling first. */
const kindsByMessage: readonly (readonly [RegExp, ConflictKind])[] = [
  [/^CONFLICT ?\(.*director.* rename|^CONFLICT ?\(directory rename/, 'directory-rename'],
  [/^CONFLICT \(rename\/rename\)/, 'rename-rename'],
  [/^CONFLICT \(rename\/delete\)/, 'rename-delete'],
  [/^CONFLICT \(file\/directory\)/, 'file-directory'],
  [/^CONFLICT \(modify\/delete\)/, 'modify-delete'],
  [/^CONFLICT \(.*submodule/, 'submodule'],
  [/^CONFLICT \(binary\)/, 'binary'],
];

const renames: readonly ConflictKind[] = ['directory-rename', 'rename-rename', 'rename-delete'];
const deletions: readonly ConflictKind[] = ['modify-delete', 'rename-delete'];

/**
 * The conflicts of an answer, one for each path. `names`: what the sides of this merge and of those before it were called, which git puts
 * behind a path that can't stay where it is.
 */
export function conflictsOf(answer: MergeAnswer, names: ReadonlySet<string>): FoundConflict[] {
  if (answer.clean) return [];
  const messages = answer.messages.filter(({ kind }) => kind.startsWith('CONFLICT'));
  const found = [...stagesByPath(answer.entries)].map(([treePath, stages]) => {
    const about = messages.filter(({ paths }) => paths.includes(treePath));
    return {
      treePath,
      conflict: {
        path: pathText(withoutName(treePath, names)),
        ...describe({ treePath, stages, about, modes: modesOf(answer, treePath, about) }),
      },
    };
  });
  const told = new Set(found.map(({ treePath }) => treePath));
  return [...found, ...messages.filter(({ paths }) => !paths.some((path) => told.has(path))).flatMap(withoutStages)];
}

function withoutName(path: string, names: ReadonlySet<string>): string {
  const [, before, name = ''] = /^(.+)~([0-9a-f]{40,64})(?:_\d+)?$/s.exec(path) ?? [];
  return before !== undefined && names.has(name) ? before : path;
}

function stagesByPath(entries: readonly UnmergedEntry[]): Map<string, Stages> {
  const all = new Map<string, Stages>();
  for (const { path, side, mode, object } of entries) all.set(path, { ...all.get(path), [side]: { mode, object } });
  return all;
}

/** The modes at a path, and at those that git names together with it: a file that gives way to a link is at a path of its own. */
function modesOf({ entries }: MergeAnswer, treePath: string, about: readonly MergeMessage[]): string[] {
  const paths = new Set([treePath, ...about.flatMap((message) => message.paths)]);
  return entries.filter(({ path }) => paths.has(path)).map(({ mode }) => mode);
}

interface Facts extends Pick<FoundConflict, 'treePath'> {
  readonly stages: Stages;
  readonly about: readonly MergeMessage[];
  readonly modes: readonly string[];
}

function describe({ treePath, stages, about, modes }: Facts): Omit<Conflict, 'path'> {
  const told = kindsByMessage.flatMap(([pattern, kind]) => {
    const message = about.find((candidate) => pattern.test(candidate.kind));
    return message === undefined ? [] : [{ kind, message }];
  })[0];
  const kind = told?.kind ?? kindOfStages(stages, modes);
  const from = told !== undefined && renames.includes(kind) ? renamedFrom(told, treePath) : undefined;
  const deletedBy = deletions.includes(kind) ? (stages.ours === undefined ? 'ours' : 'theirs') : undefined;
  return {
    kind,
    stages,
    hunks: undefined,
    ...(deletedBy === undefined ? {} : { deletedBy }),
    ...(from === undefined ? {} : { from }),
  };
}

/** Git names the old path first of a rename on both sides, and second of every other. */
function renamedFrom(
  { kind, message }: { kind: ConflictKind; message: MergeMessage },
  path: string,
): string | undefined {
  const from = message.paths[kind === 'rename-rename' ? 0 : 1];
  return from === undefined || from === path ? undefined : pathText(from);
}

function kindOfStages({ base, ours, theirs }: Stages, modes: readonly string[]): ConflictKind {
  if (modes.includes('160000')) return 'submodule';
  if (modes.includes('120000')) return 'symlink';
  if (ours === undefined || theirs === undefined) return 'other';
  if (ours.object === theirs.object) return 'mode';
  return base === undefined ? 'both-added' : 'content';
}

/** Git may stop for something that leaves no path unmerged, such as a folder that was split in two. */
function withoutStages(message: MergeMessage): FoundConflict[] {
  const [treePath, from] = message.paths;
  if (treePath === undefined) return [];
  const kind = kindsByMessage.find(([pattern]) => pattern.test(message.kind))?.[1] ?? 'other';
  const conflict: Conflict = { path: pathText(treePath), kind, stages: {}, hunks: undefined };
  return [{ treePath, conflict: from === undefined ? conflict : { ...conflict, from: pathText(from) } }];
}
