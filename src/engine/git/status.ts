/** What `git status --porcelain=v2 --branch -z` says, counted. */
export interface StatusSummary {
  /** `undefined` when HEAD is detached. */
  readonly branch: string | undefined;
  /** `undefined` when there is no commit yet. */
  readonly commit: string | undefined;
  /** Tracked files that differ from the commit, in the index or the work tree. */
  readonly modified: number;
  /** Untracked files and folders, ignored ones not counted. */
  readonly untracked: number;
}

/** Reads the output of git on the host or of a git that a session could have replaced: what it can't read it leaves out. */
export function parseStatus(stdout: Uint8Array): StatusSummary {
  const entries = Buffer.from(stdout).toString('utf8').split('\0');
  const headers = new Map<string, string>();
  const count = { modified: 0, untracked: 0 };
  for (let at = 0; at < entries.length; at += 1) {
    const entry = entries[at] ?? '';
    noteHeader(headers, entry);
    if (entry.startsWith('? ')) count.untracked += 1;
    if (/^[12u] /.test(entry)) count.modified += 1;
    // A rename is followed by the name before, which could look like anything.
    if (entry.startsWith('2 ')) at += 1;
  }
  return { branch: branchOf(headers), commit: commitOf(headers), ...count };
}

function noteHeader(headers: Map<string, string>, entry: string): void {
  const [, key, value = ''] = /^# (branch\.[a-z]+) (.*)$/s.exec(entry) ?? [];
  if (key !== undefined) headers.set(key, value);
}

function branchOf(headers: ReadonlyMap<string, string>): string | undefined {
  const branch = headers.get('branch.head');
  return branch === '(detached)' ? undefined : branch;
}

function commitOf(headers: ReadonlyMap<string, string>): string | undefined {
  const commit = headers.get('branch.oid') ?? '';
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
}
