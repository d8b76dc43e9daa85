import { firstOfHostGit, runHostGit } from './hostProcess.ts';
import { usesLfs } from './inspectCommit.ts';

export interface PushedChange {
  readonly from: string;
  readonly to: string;
}

/** Names that a notice lists. */
const shown = 5;
/** A pointer file of Git LFS is shorter than this; https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const pointerBytes = 1024;
const pointerStart = 'version https://git-lfs.github.com/spec/';
/** Files that are looked at, so that a session can't make a push slow. */
const maxFiles = 20_000;
/** Bytes of the list of them. */
const maxList = 16 * 1024 * 1024;

interface NewFile {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/** What a push between two commits does not bring along, a sentence each: the content of LFS files, the commits of submodules. */
export async function pushNotices(folder: string, change: PushedChange, signal?: AbortSignal): Promise<string[]> {
  const files = await newFiles(folder, change, signal);
  const submodules = files.filter(({ mode }) => mode === '160000').map(({ path }) => path);
  const pointers = await pointersAmong(folder, { files, commit: change.to }, signal);
  const notices: string[] = [];
  if (submodules.length > 0)
    notices.push(
      `Commits of submodules are not pushed: see that the repositories of ${listed(submodules)} have the ones that are asked for.`,
    );
  if (pointers.length > 0)
    notices.push(
      `Content in Git LFS is not pushed, only its pointer files: ${listed(pointers)}. Run git lfs push where that content is.`,
    );
  return notices;
}

function listed(names: readonly string[]): string {
  const plain = names.slice(0, shown).map((name) => (/[\p{Cc}"]/u.test(name) ? JSON.stringify(name) : name));
  return `${plain.join(', ')}${names.length > shown ? ` and ${names.length - shown} more` : ''}`;
}

async function newFiles(folder: string, { from, to }: PushedChange, signal?: AbortSignal): Promise<NewFile[]> {
  const plain = ['--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none', '--diff-filter=d'];
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', ...plain, from, to, '--'];
  const { stdout } = await firstOfHostGit({ folder, args, maxBytes: maxList }, signal);
  // Whatever stands behind the last end of a name is only a part of one.
  const fields = stdout.toString('utf8').split('\0').slice(0, -1);
  const entries = fields.flatMap((field, at): NewFile[] => {
    const [, mode, object] = /^:\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(field) ?? [];
    return at % 2 === 1 || mode === undefined || object === undefined
      ? []
      : [{ mode, object, path: fields[at + 1] ?? '' }];
  });
  return entries.slice(0, maxFiles);
}

async function pointersAmong(
  folder: string,
  { files, commit }: { files: readonly NewFile[]; commit: string },
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const plain = files.filter(({ mode }) => mode.startsWith('100'));
  if (plain.length === 0 || !(await usesLfs(folder, commit, signal))) return [];
  const sizes = await ask(folder, ['cat-file', '--batch-check=%(objectsize)'], plain, signal);
  const lengths = sizes.toString('utf8').split('\n');
  const small = plain.filter((_, at) => Number(lengths[at]) < pointerBytes);
  const contents = await ask(folder, ['cat-file', '--batch'], small, signal);
  return pointersIn(contents, small);
}

async function ask(
  folder: string,
  args: readonly string[],
  files: readonly NewFile[],
  signal?: AbortSignal,
): Promise<Buffer> {
  if (files.length === 0) return Buffer.alloc(0);
  const input = files.map(({ object }) => `${object}\n`).join('');
  return (await runHostGit({ folder, args, input }, signal)).stdout;
}

/** Reads `git cat-file --batch`: a line with the size, the content, a line feed. */
function pointersIn(contents: Buffer, files: readonly NewFile[]): string[] {
  const pointers: string[] = [];
  let at = 0;
  for (const { path } of files) {
    const start = contents.indexOf('\n', at) + 1;
    const size = Number(contents.toString('latin1', at, start).split(' ')[2]);
    if (contents.toString('latin1', start, start + pointerStart.length) === pointerStart) pointers.push(path);
    at = start + size + 1;
  }
  return pointers;
}
