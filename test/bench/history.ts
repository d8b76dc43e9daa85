import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startOnHost } from '../../src/engine/process/run.ts';
import { git } from '../support/sampleRepository.ts';

const author = 'Ada Example <ada@example.com>';

/** One commit of a `git fast-import` stream: it changes one small file. */
function commit(number: number, files: number): string {
  const file = number % files;
  const message = `Change ${number}`;
  const content = `line ${number}\n`;
  return [
    'commit refs/heads/main',
    `committer ${author} ${1_700_000_000 + number} +0000`,
    `data ${message.length}\n${message}`,
    `M 100644 inline folder-${file % 7}/file-${file}.txt`,
    `data ${content.length}\n${content}`,
  ].join('\n');
}

/** A repository with so many commits and files on `main`, made by `git fast-import`: 100,000 commits take a few seconds. */
export async function historyOf(commits: number, parent: string, files = 350): Promise<string> {
  const folder = path.join(parent, `history-${commits}-${files}`);
  await mkdir(folder);
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  const program = startOnHost({ file: 'git', args: ['fast-import', '--quiet'], cwd: folder });
  program.stderr.resume();
  program.stdout.resume();
  for (let number = 1; number <= commits; number += 1)
    if (!program.stdin.write(`${commit(number, files)}\n`))
      await new Promise((resolve) => program.stdin.once('drain', resolve));
  program.stdin.end('done\n');
  const { exitCode } = await program.ended;
  if (exitCode !== 0) throw new Error(`git fast-import ended with ${String(exitCode)}`);
  await git(folder, 'reset', '--quiet', '--hard', 'main');
  return folder;
}
