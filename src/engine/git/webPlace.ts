/** Where a repository's pages are, as its remote's URL tells. */
export interface WebPlace {
  readonly host: string;
  /** Scheme, host and port of the pages. */
  readonly origin: string;
  /** The parts of the path, decoded, without `.git`. */
  readonly path: readonly string[];
  readonly ssh: boolean;
}

/** Hosts that only answer ssh, by the host whose pages belong to them. */
const sshHosts: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
};

/** User names and passwords are dropped, and the port of an ssh URL too, since it says nothing of the pages. `undefined` for a folder. */
export function webPlaceOf(remoteUrl: string): WebPlace | undefined {
  const url = parsed(remoteUrl.trim());
  if (url === undefined || url.hostname === '') return undefined;
  const ssh = !/^https?:$/.test(url.protocol);
  const named = url.hostname.toLowerCase();
  const host = ssh ? (sshHosts[named] ?? named) : named;
  const path = partsOf(url.pathname);
  const origin = ssh ? `https://${host}` : `${url.protocol}//${url.host.toLowerCase()}`;
  return path === undefined ? undefined : { host, origin, path, ssh };
}

function parsed(text: string): URL | undefined {
  const scp = /^(?:[^@/:\s]+@)?([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/)\/*(\S+)$/.exec(text);
  // A single letter before the colon is a drive.
  const whole = scp !== null && (scp[1] ?? '').length > 1 ? `ssh://${scp[1] ?? ''}/${scp[2] ?? ''}` : text;
  const scheme = /^(https?|ssh|git\+ssh|ssh\+git):\/\//i.exec(whole);
  if (scheme === null) return undefined;
  // Only of http does URL know that the host is to be read as a host is.
  const readable = /^http/i.test(whole) ? whole : whole.replace(/^[^:]+/, 'ssh');
  return URL.canParse(readable) ? new URL(readable) : undefined;
}

function partsOf(pathname: string): string[] | undefined {
  try {
    const parts = pathname.split('/').filter((part) => part !== '');
    return parts.map((part, at) => decodeURIComponent(at === parts.length - 1 ? part.replace(/\.git$/, '') : part));
  } catch {
    return undefined;
  }
}
