import type { LandingFile } from '../../../protocol/landing.ts';
import type { Sides, Version } from './keptTree.ts';
import { isGoSum, type LockFile, lockFileOf } from './lockFiles.ts';
import type { Objects } from './objects.ts';

/** Who resolves a conflict. */
export type Task =
  /** Both sides have the same content; `side` has the mode as well. */
  | { readonly by: 'same'; readonly side: 'ours' | 'theirs' }
  | { readonly by: 'go-sum' }
  | { readonly by: 'lock'; readonly lock: LockFile }
  | { readonly by: 'claude' }
  /** `why`: what the choices are, one sentence. */
  | { readonly by: 'person'; readonly why: string };

/** A conflict in which both sides have the path. */
export interface BothSides extends Sides {
  readonly ours: Version;
  readonly theirs: Version;
}

export const hasBoth = (sides: Sides): sides is BothSides => sides.ours !== undefined && sides.theirs !== undefined;

const plainKinds: readonly LandingFile['kind'][] = ['content', 'both-added', 'mode', 'other'];
const isFile = ({ mode }: Version): boolean => mode.startsWith('100');

/** Decides who resolves a conflict. The contents of its sides must have been loaded. */
export function taskOf(file: LandingFile, sides: Sides, objects: Objects, options: { lockFiles: boolean }): Task {
  if (!hasBoth(sides) || !isFile(sides.ours) || !isFile(sides.theirs)) return { by: 'person', why: choices(file) };
  const { base, ours, theirs } = sides;
  if (ours.object === theirs.object)
    return { by: 'same', side: mergedMode(base, ours, theirs) === ours.mode ? 'ours' : 'theirs' };
  if (!plainKinds.includes(file.kind)) return { by: 'person', why: choices(file) };
  return (options.lockFiles ? madeTask(file.path) : undefined) ?? textTask(file, sides, objects);
}

/** Files that are made and not written. A name that is not in UTF-8 can't be given to a package manager. */
function madeTask(path: string): Task | undefined {
  if (path.startsWith('"')) return undefined;
  const lock = lockFileOf(path);
  if (lock !== undefined) return { by: 'lock', lock };
  return isGoSum(path) ? { by: 'go-sum' } : undefined;
}

function textTask(file: LandingFile, { base, ours, theirs }: BothSides, objects: Objects): Task {
  const contents = [base, ours, theirs].filter((one) => one !== undefined).map(({ object }) => objects.get(object));
  if (contents.some((content) => !Buffer.isBuffer(content)))
    return { by: 'person', why: 'The file is too large to be resolved by Claude: keep one version, or edit it.' };
  const isBinaryFile = contents.some((content) => Buffer.isBuffer(content) && isBinary(content));
  return isBinaryFile ? { by: 'person', why: choices({ ...file, kind: 'binary' }) } : { by: 'claude' };
}

/** The mode of whoever changed it; of two files that are new, executable wins. */
export function mergedMode(base: Version | undefined, ours: Version, theirs: Version): string {
  if (base !== undefined) return ours.mode === base.mode ? theirs.mode : ours.mode;
  return ours.mode === '100755' ? ours.mode : theirs.mode;
}

/** As git decides it. */
const isBinary = (content: Buffer): boolean => content.subarray(0, 8000).includes(0);

function choices({ kind, deletedBy }: Pick<LandingFile, 'kind' | 'deletedBy'>): string {
  const isDeletion = kind === 'modify-delete' || kind === 'rename-delete';
  if (isDeletion && deletedBy !== undefined) return deletions[deletedBy];
  return sentences[kind] ?? 'Git can not merge this path: choose the version of the target or of the session.';
}

const deletions = {
  ours: "The target deleted this file and the session changed it: keep the session's version, or delete it.",
  theirs: "The session deleted this file and the target changed it: keep the target's version, or delete it.",
};

const sentences: Partial<Readonly<Record<LandingFile['kind'], string>>> = {
  'modify-delete': 'One side deleted this file and the other changed it: keep the changed version, or delete it.',
  'rename-delete': 'One side renamed this file and the other deleted it: keep the renamed file, or delete it.',
  'rename-rename':
    'Both sides renamed the same file, or gave two files the same name: choose which of them stay, and under which name.',
  'directory-rename':
    'One side renamed the folder in which the other added this file: keep it where it is, or move it along.',
  'file-directory': 'One side has a file where the other has a folder: choose which of them keeps the name.',
  binary: "Both sides changed this binary file: take the target's version or the session's.",
  symlink: "Both sides changed this link, or one made a link of a file: take the target's version or the session's.",
  submodule: "Both sides moved this submodule: take the target's commit or the session's.",
};
