import { type WebPlace, webPlaceOf } from './webPlace.ts';

export interface PullRequest {
  /** The branch that was pushed. */
  readonly branch: string;
  readonly target: string;
  readonly title?: string | undefined;
}

interface Host {
  readonly is: (place: WebPlace) => boolean;
  /** The page where a pull request is opened; `undefined` when the path is not that of a repository. */
  readonly page: (place: WebPlace, request: PullRequest) => string | undefined;
}

const maxTitle = 200;

/** The first that fits is taken. Own servers are known by a word in the host's name, or by a path that no other host has. */
const hosts: readonly Host[] = [
  { is: ({ host }) => host === 'github.com' || host.endsWith('.ghe.com') || named(host, /^github/), page: github },
  { is: ({ host }) => named(host, /^gitlab/) || host === 'salsa.debian.org' || host === 'framagit.org', page: gitlab },
  { is: ({ host }) => named(host, /^(?:gitea|forgejo|codeberg)/), page: gitea },
  { is: ({ host }) => host === 'bitbucket.org', page: bitbucketCloud },
  { is: ({ path, host }) => path.includes('_git') || isAzureSsh(host), page: azure },
  { is: (place) => scmOf(place) >= 0 || named(place.host, /^bitbucket|^stash$/), page: bitbucketServer },
];

/**
 * The page where a pull request for a pushed branch can be opened; `undefined` for folders and for hosts that are not known. Holds nothing of
 * the URL's user name or password.
 */
export function pullRequestUrl(remoteUrl: string, request: PullRequest): string | undefined {
  const place = webPlaceOf(remoteUrl);
  if (place === undefined || place.path.length < 2 || request.branch === request.target) return undefined;
  return hosts.find(({ is }) => is(place))?.page(place, request);
}

const named = (host: string, word: RegExp): boolean => host.split('.').some((label) => word.test(label));
const isAzureSsh = (host: string): boolean => host === 'ssh.dev.azure.com' || host === 'vs-ssh.visualstudio.com';

/** Where Bitbucket's own word stands in a path: before a key and a name. */
const scmOf = ({ path, ssh }: WebPlace): number => (!ssh && path.at(-3) === 'scm' ? path.length - 3 : -1);

const encoded = (parts: readonly string[]): string => parts.map(encodeURIComponent).join('/');
/** A branch as a part of a path, where its slashes stay. */
const inPath = (branch: string): string => encoded(branch.split('/'));

function query(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
}

function titleOf({ title = '' }: PullRequest): string | undefined {
  const line = title.toWellFormed().replace(/\s+/g, ' ').trim();
  return Array.from(line).slice(0, maxTitle).join('') || undefined;
}

function github({ origin, path }: WebPlace, request: PullRequest): string {
  const ends = `${inPath(request.target)}...${inPath(request.branch)}`;
  return `${origin}/${encoded(path.slice(0, 2))}/compare/${ends}?${query({ expand: '1', title: titleOf(request) })}`;
}

/** Groups may be nested, so the whole path is the project. */
function gitlab({ origin, path }: WebPlace, request: PullRequest): string {
  const values = {
    'merge_request[source_branch]': request.branch,
    'merge_request[target_branch]': request.target,
    'merge_request[title]': titleOf(request),
  };
  return `${origin}/${encoded(path)}/-/merge_requests/new?${query(values)}`;
}

function gitea({ origin, path }: WebPlace, request: PullRequest): string {
  const title = query({ title: titleOf(request) });
  const ends = `${inPath(request.target)}...${inPath(request.branch)}`;
  return `${origin}/${encoded(path.slice(-2))}/compare/${ends}${title === '' ? '' : `?${title}`}`;
}

function bitbucketCloud({ origin, path }: WebPlace, request: PullRequest): string {
  const values = { source: request.branch, dest: request.target, title: titleOf(request), t: '1' };
  return `${origin}/${encoded(path.slice(0, 2))}/pull-requests/new?${query(values)}`;
}

/** Over http a repository is at `[context/]scm/KEY/name`, over ssh at `KEY/name`; a key that starts with a tilde is a person's own. */
function bitbucketServer(place: WebPlace, request: PullRequest): string | undefined {
  const { origin, path } = place;
  const scm = scmOf(place);
  const context = path.slice(0, Math.max(scm, 0));
  const [key, name] = path.slice(scm + 1);
  if (key === undefined || name === undefined || (scm < 0 && !place.ssh)) return undefined;
  const owner = key.startsWith('~') ? ['users', key.slice(1)] : ['projects', key];
  const refs = query({
    sourceBranch: `refs/heads/${request.branch}`,
    targetBranch: `refs/heads/${request.target}`,
    title: titleOf(request),
  });
  return `${origin}/${encoded([...context, ...owner, 'repos', name])}/pull-requests?create&${refs}`;
}

function azure(place: WebPlace, request: PullRequest): string | undefined {
  const repository = isAzureSsh(place.host) ? azureSsh(place) : azurePath(place);
  const values = { sourceRef: request.branch, targetRef: request.target, title: titleOf(request) };
  return repository === undefined ? undefined : `${repository}/pullrequestcreate?${query(values)}`;
}

function azurePath({ origin, path }: WebPlace): string | undefined {
  const name = path.indexOf('_git') + 1;
  return path[name] === undefined ? undefined : `${origin}/${encoded(path.slice(0, name + 1))}`;
}

/** `v3/organisation/project/repository`, on a host of its own that has no pages. */
function azureSsh({ host, path }: WebPlace): string | undefined {
  const [version, organisation, project, name] = path;
  if (version !== 'v3' || organisation === undefined || project === undefined || name === undefined) return undefined;
  return host === 'ssh.dev.azure.com'
    ? `https://dev.azure.com/${encoded([organisation, project, '_git', name])}`
    : `https://${encodeURIComponent(organisation)}.visualstudio.com/${encoded([project, '_git', name])}`;
}
