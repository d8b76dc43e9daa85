/** A file that a package manager writes, and how it does so from what the project asks for. */
export interface LockFile {
  /** What people call the package manager. */
  readonly manager: string;
  /** Says what is asked for; as long as one of this name is conflicted, the lock file can't be made. */
  readonly manifest: string;
  /** Commands that bring the lock file up to date and do nothing else, the preferred one first. `{scratch}` is a folder that is removed. */
  readonly commands: readonly (readonly [string, ...string[]])[];
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

const npm: LockFile = {
  manager: 'npm',
  manifest: 'package.json',
  commands: [
    [
      ...([
        'npm',
        'install',
        '--package-lock-only',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--prefer-offline',
      ] as const),
      ...['--fetch-retries=1', '--fetch-timeout=30000'],
    ],
  ],
};
const yarn: LockFile = {
  manager: 'yarn',
  manifest: 'package.json',
  // Yarn 2 and later know the mode; Yarn 1 has no such thing and installs, into a folder that is thrown away.
  commands: [
    ['yarn', 'install', '--mode=update-lockfile'],
    ['yarn', 'install', '--ignore-scripts', '--non-interactive', '--no-bin-links', '--modules-folder', '{scratch}'],
  ],
  variables: { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', YARN_ENABLE_SCRIPTS: 'false', YARN_ENABLE_TELEMETRY: 'false' },
};

const table: Readonly<Record<string, LockFile>> = {
  'package-lock.json': npm,
  'npm-shrinkwrap.json': npm,
  'pnpm-lock.yaml': {
    manager: 'pnpm',
    manifest: 'package.json',
    commands: [['pnpm', 'install', '--lockfile-only', '--ignore-scripts', '--no-frozen-lockfile']],
  },
  'yarn.lock': yarn,
  'bun.lock': {
    manager: 'bun',
    manifest: 'package.json',
    commands: [['bun', 'install', '--lockfile-only', '--ignore-scripts']],
  },
  // Only the workspace's own packages are looked at again; others keep their versions.
  'Cargo.lock': { manager: 'cargo', manifest: 'Cargo.toml', commands: [['cargo', 'update', '--workspace']] },
  // Poetry 2 keeps versions by itself and no longer knows the option.
  'poetry.lock': {
    manager: 'poetry',
    manifest: 'pyproject.toml',
    commands: [
      ['poetry', 'lock', '--no-update', '--no-interaction'],
      ['poetry', 'lock', '--no-interaction'],
    ],
  },
  'uv.lock': { manager: 'uv', manifest: 'pyproject.toml', commands: [['uv', 'lock']] },
  'composer.lock': {
    manager: 'composer',
    manifest: 'composer.json',
    commands: [
      ['composer', 'update', '--minimal-changes', '--no-install', '--no-scripts', '--no-plugins', '--no-interaction'],
    ],
  },
  'Gemfile.lock': { manager: 'bundler', manifest: 'Gemfile', commands: [['bundle', 'lock']] },
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The package manager of a lock file; `undefined` for any other file. */
export const lockFileOf = (path: string): LockFile | undefined =>
  Object.hasOwn(table, nameOf(path)) ? table[nameOf(path)] : undefined;

/** Go's checksums: each line stands for itself, and a line too many does no harm. */
export const isGoSum = (path: string): boolean => nameOf(path) === 'go.sum';

/** The checksums of both sides; `undefined` when they contradict each other, which a person must look at. */
export function joinGoSums(ours: string, theirs: string): string | undefined {
  const lines = [...new Set([...ours.split(/\r?\n/), ...theirs.split(/\r?\n/)])].filter((line) => line !== '').sort();
  const named = lines.map((line) => line.replace(/\s+\S+$/, ''));
  return new Set(named).size === named.length ? `${lines.join('\n')}\n` : undefined;
}
