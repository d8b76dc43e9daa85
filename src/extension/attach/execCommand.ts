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
  ['docker', ...execArguments(place)].map(platform === 'win32' ? quotedForWindows : quoted).join(' ');

const isPlain = (word: string): boolean => /^[A-Za-z0-9_./:@=+-]+$/.test(word);

const quoted = (word: string): string => (isPlain(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** What cmd or PowerShell takes for its own between double quotes, and what PowerShell takes for such a quote. */
const special = /["$`%!\\\p{Cc}\u201c-\u201f]/gu;

/** For cmd and PowerShell alike, between quotes that both know. */
const quotedForWindows = (word: string): string => (isPlain(word) ? word : `"${word.replace(special, '')}"`);
