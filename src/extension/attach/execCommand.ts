/** Where a shell is to run. */
export interface ShellPlace {
  readonly name: string;
  readonly user: string;
  readonly workspaceFolder: string;
}

/** The best shell that there is inside; without a "$", which PowerShell would take for its own. */
const shell = 'command -v bash >/dev/null && exec bash; exec sh';

/** The arguments of `docker` for a shell in a container. */
export const execArguments = ({ name, user, workspaceFolder }: ShellPlace): string[] => [
  ...['exec', '-it', '--user', user, '--workdir', workspaceFolder],
  ...[name, 'sh', '-c', shell],
];

/** The same as a line to be pasted into a shell of the host. */
export const execCommand = (place: ShellPlace, platform: NodeJS.Platform): string =>
  ['docker', ...execArguments(place)].map((word) => quoted(word, platform)).join(' ');

function quoted(word: string, platform: NodeJS.Platform): string {
  if (/^[A-Za-z0-9_./:@=+-]+$/.test(word)) return word;
  return platform === 'win32' ? `"${word.replaceAll('"', '\\"')}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
