import { execFileSync } from 'node:child_process';

/** Trees that hold ten of the tree below each, `levels` deep: ten to the power of them in a few kilobytes. `leaf`: what its file holds, if any. */
export function treeBomb(folder: string, levels: number, leaf?: string): string {
  const git = (input: string, ...args: string[]): string =>
    execFileSync('git', ['-C', folder, ...args], { input, encoding: 'utf8' }).trim();
  let entry =
    leaf === undefined
      ? `040000 tree ${git('', 'mktree')}`
      : `100644 blob ${git(leaf, 'hash-object', '-w', '--stdin')}`;
  let tree = '';
  for (let level = 0; level < levels; level += 1) {
    tree = git(Array.from({ length: 10 }, (_, at) => `${entry}\td${String(at)}\n`).join(''), 'mktree');
    entry = `040000 tree ${tree}`;
  }
  return tree;
}
