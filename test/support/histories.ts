import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A file of a commit. Texts are bytes, one in each character; of a submodule it is the commit's id. */
export type HistoryFile = string | { readonly mode: '100755' | '120000' | '160000'; readonly text: string };

export interface HistoryCommit {
  readonly files: Readonly<Record<string, HistoryFile>>;
  /** Places in the list; none for a root. Default: the one before. */
  readonly parents?: readonly number[];
  readonly subject?: string;
  /** Seconds since the epoch. */
  readonly date?: number;
}

const identity = 'Ada <ada@example.org>';

/** Makes a repository with these commits, each with all of its files, by one `git fast-import`; their ids. Nothing is checked out. */
export function importHistory(
  folder: string,
  commits: readonly HistoryCommit[],
  format: 'sha1' | 'sha256' = 'sha1',
): string[] {
  mkdirSync(folder, { recursive: true });
  execFileSync('git', ['init', '--quiet', '-b', 'none', `--object-format=${format}`, folder]);
  const marks = path.join(folder, '.git/marks');
  execFileSync('git', ['-C', folder, 'fast-import', '--quiet', `--export-marks=${marks}`], {
    input: Buffer.from(`${commits.map(commitText).join('')}done\n`, 'latin1'),
  });
  const ids = new Map(
    readFileSync(marks, 'utf8')
      .split('\n')
      .map((line) => [Number(line.slice(1).split(' ')[0]), line.split(' ')[1] ?? '']),
  );
  return commits.map((_, at) => ids.get(at + 1) ?? '');
}

function commitText(commit: HistoryCommit, at: number): string {
  const [first, ...others] = commit.parents ?? (at === 0 ? [] : [at - 1]);
  const lines = [
    `commit refs/heads/commit-${at}`,
    `mark :${at + 1}`,
    `committer ${identity} ${commit.date ?? 1_700_000_000 + at} +0000`,
    data(commit.subject ?? `Commit ${at}`),
    ...(first === undefined ? [] : [`from :${first + 1}`]),
    ...others.map((other) => `merge :${other + 1}`),
    'deleteall',
    ...Object.entries(commit.files).map(([name, file]) => fileText(name, file)),
  ];
  return `${lines.join('\n')}\n`;
}

const data = (text: string): string => `data ${text.length}\n${text}`;

function fileText(name: string, file: HistoryFile): string {
  const { mode, text } = typeof file === 'string' ? { mode: '100644', text: file } : file;
  return mode === '160000' ? `M 160000 ${text} ${name}` : `M ${mode} inline ${name}\n${data(text)}`;
}
