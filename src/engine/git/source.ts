import path from 'node:path';
import type { RepositoryRef } from '../../protocol/session.ts';
import { FlotillaError } from '../base/errors.ts';
import { shortHash, slug } from '../base/ids.ts';
import { explainGitError } from './explainGitError.ts';
import { type FolderFacts, inspectFolder } from './folder.ts';
import { withoutCredentials } from './gitError.ts';
import { parseLocation } from './location.ts';

/** A repository that sessions can be made from. Holds no credentials: it may be stored and shown. */
export interface Source extends RepositoryRef {
  /** What the mirror fetches: a URL, or an absolute folder. */
  readonly url: string;
  /** What pushes go to, without credentials; `undefined` when a folder has no remote. */
  readonly pushUrl: string | undefined;
  /** Present for `kind: 'folder'`. */
  readonly folder?: FolderState | undefined;
}

export type FolderState = Omit<FolderFacts, 'folder' | 'pushUrl'>;

/**
 * Finds out what a user named. A folder is looked at: it must be a repository with a commit and with its whole history, and a folder
 * inside one means the repository's top. A URL is only read as text; whether it answers shows when the mirror fetches it.
 * Rejects with `invalid-input`, `repository-missing`, `repository-empty`, `repository-shallow`, `repository-denied`, `git-missing`.
 */
export async function resolveSource(text: string, cwd?: string, signal?: AbortSignal): Promise<Source> {
  const location = parseLocation(text, cwd);
  if (location.kind === 'url') return urlSource(location.url);
  const { folder, pushUrl, ...state } = await inspect(location.folder, signal);
  const name = JSON.stringify(folder);
  if (state.shallow)
    throw new FlotillaError(
      'repository-shallow',
      `${name} is a shallow clone: run git fetch --unshallow in it, then try again.`,
    );
  if (state.commit === undefined)
    throw new FlotillaError(
      'repository-empty',
      `${name} has no commit to start from: make a first commit, then try again.`,
    );
  const own = state.bare ? (pushUrl ?? folder) : pushUrl;
  return {
    ...reference(folder, 'folder', folder),
    url: folder,
    pushUrl: own === undefined ? undefined : withoutCredentials(own),
    folder: state,
  };
}

async function inspect(folder: string, signal: AbortSignal | undefined): Promise<FolderFacts> {
  try {
    return await inspectFolder(folder, signal);
  } catch (error) {
    const explained = explainGitError(error, JSON.stringify(folder));
    if (!FlotillaError.is(explained, 'repository-missing') || error === explained) throw explained;
    const sentence = `${JSON.stringify(folder)} is not a git repository: run git init in it and commit, or name another folder.`;
    throw new FlotillaError('repository-missing', sentence, { cause: error });
  }
}

function urlSource(url: string): Source {
  const canonical = url
    .replace(/^[A-Za-z+]+:\/\/[^/]*/, (start) => start.toLowerCase())
    .replace(/^(https?:\/\/)[^/]*@/, '$1')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return { ...reference(url, 'url', canonical), url, pushUrl: url };
}

function reference(source: string, kind: RepositoryRef['kind'], canonical: string): RepositoryRef {
  const name = folderName(source);
  return { id: `${slug(name, 24)}-${shortHash(`${kind} ${canonical}`, 10)}`, source, kind, name };
}

/** The last part of a source as the name of one folder: no separators, nothing a shell or a configuration could stumble over. */
function folderName(source: string): string {
  const last = path.posix.basename(source.replace(/[/\\]+$/, '').replace(/^.*[:\\]/, '')).replace(/\.git$/, '');
  const safe = decoded(last)
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} ._-]+/gu, '-')
    .replace(/^[-. ]+|[-. ]+$/g, '');
  return Array.from(safe).slice(0, 60).join('').trim() || 'repository';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
