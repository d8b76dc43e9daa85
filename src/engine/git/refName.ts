import { FlotillaError } from '../base/errors.ts';

/** True for a name that git allows for a branch (git-check-ref-format, with `--branch`), at most 200 characters. */
export function isBranchName(name: string): boolean {
  if (name.length === 0 || name.length > 200 || name.startsWith('-') || name === 'HEAD' || name === '@') return false;
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\uFFFD/.test(name)) return false;
  return name
    .split('/')
    .every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.') && !part.endsWith('.lock'));
}

/** Rejects a branch name that git does not allow (`invalid-input`) or that stands in the way of an existing branch (`branch-taken`). */
export function requireFreeBranch(name: string, taken: Iterable<string>): void {
  if (!isBranchName(name))
    throw new FlotillaError(
      'invalid-input',
      `${JSON.stringify(name)} is no name for a branch. Use letters, digits, "-" and "/".`,
    );
  const lower = name.toLowerCase();
  for (const other of taken) {
    const known = other.toLowerCase();
    if (known === lower)
      throw new FlotillaError('branch-taken', `There is a branch ${other} already. Choose another name.`);
    if (known.startsWith(`${lower}/`) || lower.startsWith(`${known}/`))
      throw new FlotillaError(
        'branch-taken',
        `The branch ${other} keeps git from making ${name}. Choose another name.`,
      );
  }
}
