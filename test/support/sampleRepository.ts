import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runOnHost } from '../../src/engine/process/run.ts';

export interface SampleRepository {
  /** A working folder on `main`, all committed and pushed. */
  readonly folder: string;
  /** Its bare origin. */
  readonly remote: string;
  /** Runs git in the working folder and gives what it printed; rejects when it fails. */
  git(...args: string[]): Promise<string>;
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada Example',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada Example',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** Runs git in a folder with a made-up identity; rejects with what it said when it fails. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runOnHost({ file: 'git', args, cwd: folder, env: identity });
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')} ended with ${String(exitCode)}: ${stderr}`);
  return stdout.toString('utf8').trim();
}

const defaultFiles: Readonly<Record<string, string>> = {
  'README.md': '# Orchard\n\nA list of fruit, and what is known about each.\n',
  'fruit/apple.md': '# Apple\n\nGrows on trees.\n',
  'count.sh': '#!/bin/sh\n# How many kinds of fruit are described.\nls fruit | wc -l\n',
};

/** Makes a repository of these files with a bare origin, both below a folder of the caller's. */
export async function sampleRepository(
  parent: string,
  files: Readonly<Record<string, string>> = defaultFiles,
  name = 'orchard',
): Promise<SampleRepository> {
  const [folder, remote] = [path.join(parent, name), path.join(parent, `${name}.git`)];
  await mkdir(folder, { recursive: true });
  await git(parent, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await git(folder, 'config', 'user.name', identity.GIT_AUTHOR_NAME);
  await git(folder, 'config', 'user.email', identity.GIT_AUTHOR_EMAIL);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
  }
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', 'Plant the orchard');
  await git(folder, 'remote', 'add', 'origin', remote);
  await git(folder, 'push', '--quiet', '--set-upstream', 'origin', 'main');
  return { folder, remote, git: (...args) => git(folder, ...args) };
}
