import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { FlotillaError } from '../base/errors.ts';
import { hostRunner } from './hostGit.ts';
import type { GitCommand, GitRunner } from './runner.ts';
import { parseStatus } from './status.ts';

/** A local repository as it stands right now. Reading it changes nothing in it and runs nothing that its own configuration names. */
export interface FolderFacts {
  /** The folder itself: the top of the work tree, or the bare repository. */
  readonly folder: string;
  readonly bare: boolean;
  readonly shallow: boolean;
  /** The branch that is checked out; `undefined` when HEAD is detached. */
  readonly branch: string | undefined;
  /** The commit that is checked out; `undefined` when there is none yet. */
  readonly commit: string | undefined;
  readonly dirty: { readonly modified: number; readonly untracked: number };
  /** The URL that pushes go to, with whatever credentials the user's configuration has in it: never store or show it. */
  readonly pushUrl: string | undefined;
}

/** Rejects with `repository-missing` for what is no repository, or with `GitError`. */
export async function inspectFolder(folder: string, signal?: AbortSignal): Promise<FolderFacts> {
  requireFolder(folder);
  const [bare = '', insideGit = '', shallow = '', gitFolder = ''] = await hostRunner(folder)(whatIsIt, signal);
  const top = await topOf(folder, { bare: bare === 'true', insideGit: insideGit === 'true', gitFolder }, signal);
  const run = hostRunner(top);
  const settings = await run(readSettings, signal);
  const [head, pushUrl] = await Promise.all([
    bare === 'true' ? bareHead(run, signal) : workTreeHead(top, settings, signal),
    pushUrlOf(top, settings, signal),
  ]);
  return { folder: top, bare: bare === 'true', shallow: shallow === 'true', pushUrl, ...head };
}

function requireFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined)
    throw new FlotillaError('repository-missing', `The folder ${folder} does not exist. Check the path.`);
  if (!found.isDirectory())
    throw new FlotillaError('repository-missing', `${folder} is a file, not a folder with a git repository.`);
}

const lines = (stdout: Buffer): string[] => stdout.toString('utf8').split('\n').slice(0, -1);

const whatIsIt: GitCommand<string[]> = {
  args: ['rev-parse', '--is-bare-repository', '--is-inside-git-dir', '--is-shallow-repository', '--absolute-git-dir'],
  parse: ({ stdout }) => lines(stdout),
};

async function topOf(
  folder: string,
  found: { bare: boolean; insideGit: boolean; gitFolder: string },
  signal: AbortSignal | undefined,
): Promise<string> {
  if (found.bare) return realpathSync(found.gitFolder);
  const from = found.insideGit ? path.dirname(found.gitFolder) : folder;
  const top = await hostRunner(from)(
    { args: ['rev-parse', '--show-toplevel'], parse: ({ stdout }) => stdout.toString('utf8').replace(/\n$/, '') },
    signal,
  );
  return realpathSync(top);
}

interface Setting {
  readonly scope: string;
  readonly key: string;
  readonly value: string;
}

const readSettings: GitCommand<Setting[]> = {
  args: ['config', '--show-scope', '-z', '--get-regexp', String.raw`^(filter|remote)\.`],
  answers: [1],
  silent: true,
  parse: ({ stdout }) => {
    const fields = stdout.toString('utf8').split('\0');
    return fields.flatMap((scope, at) => {
      const [key = '', ...value] = (fields[at + 1] ?? '').split('\n');
      return at % 2 === 0 && key !== '' ? [{ scope, key, value: value.join('\n') }] : [];
    });
  },
};

const silenced = (settings: readonly Setting[]): string[] =>
  settings
    .filter(({ scope, key }) => (scope === 'local' || scope === 'worktree') && key.startsWith('filter.'))
    .map(({ key }) => (key.endsWith('.required') ? `${key}=false` : `${key}=`));

type Head = Pick<FolderFacts, 'branch' | 'commit' | 'dirty'>;

async function workTreeHead(top: string, settings: readonly Setting[], signal?: AbortSignal): Promise<Head> {
  const status = await hostRunner(top)(
    {
      args: [
        ...silenced(settings).flatMap((setting) => ['-c', setting]),
        ...['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal', '--ignore-submodules=dirty'],
      ],
      parse: ({ stdout }) => parseStatus(stdout),
    },
    signal,
  );
  const { branch, commit, modified, untracked } = status;
  return { branch, commit, dirty: { modified, untracked } };
}

async function bareHead(run: GitRunner, signal?: AbortSignal): Promise<Head> {
  const answer = {
    answers: [1],
    silent: true,
    parse: ({ stdout }: { stdout: Buffer }) => stdout.toString('utf8').trim() || undefined,
  };
  const [ref, commit] = await Promise.all([
    run({ args: ['symbolic-ref', '--quiet', 'HEAD'], ...answer }, signal),
    run({ args: ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], ...answer }, signal),
  ]);
  return { branch: ref?.replace(/^refs\/heads\//, ''), commit, dirty: { modified: 0, untracked: 0 } };
}

/** `remote.pushDefault`, else `origin`, else the only remote; a bare repository without remotes is an origin itself. */
async function pushUrlOf(top: string, settings: readonly Setting[], signal?: AbortSignal): Promise<string | undefined> {
  const names = new Set(settings.flatMap(({ key }) => /^remote\.(.+)\.url$/.exec(key)?.[1] ?? []));
  const preferred = settings.findLast(({ key }) => key === 'remote.pushdefault')?.value;
  const name = [preferred, 'origin', names.size === 1 ? [...names][0] : undefined].find(
    (one) => one !== undefined && names.has(one),
  );
  if (name === undefined) return undefined;
  const url = await hostRunner(top)(
    { args: ['remote', 'get-url', '--push', '--', name], parse: ({ stdout }) => lines(stdout)[0] },
    signal,
  );
  return url !== undefined && /^\.{1,2}\//.test(url) ? path.resolve(top, url) : url;
}
