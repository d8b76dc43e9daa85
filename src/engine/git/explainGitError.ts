import { cancelled, FlotillaError, isCancelled } from '../base/errors.ts';
import { SpawnError } from '../process/run.ts';
import { type GitErrorRow, refusedPushes } from './refusedPushes.ts';
import { GitError } from './gitError.ts';

/**
 * The one place where git's words decide something. Texts are those of git 2.39 and newer under `LC_ALL=C`, of OpenSSH, and of the
 * usual hosts. The first row that matches is taken, so the precise ones stand before the general ones.
 */
const rows: readonly GitErrorRow[] = [
  {
    pattern: /^remote: .*(?:No space left on device|Disk quota exceeded)/m,
    code: 'push-rejected',
    sentence: (name) => `The disk of ${name} is full: tell whoever runs it.`,
  },
  {
    pattern: /No space left on device|Out of diskspace|Disk quota exceeded|disk full/i,
    code: 'disk-full',
    sentence: () => 'The disk is full: free some space and try again.',
  },
  {
    pattern: /attempting to allocate \d+ over limit/,
    code: 'limit-reached',
    sentence: () => 'A file in the commits is too large for git to hold in memory. Take it out of them.',
  },
  {
    pattern: /detected dubious ownership/,
    code: 'repository-denied',
    sentence: (name) =>
      `The folder of ${name} belongs to another user. If you trust it, run: git config --global --add safe.directory <folder>`,
  },
  ...refusedPushes,
  {
    pattern: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: 'repository-denied',
    onPush: 'push-denied',
    sentence: (name) => `The ssh host key of ${name} is not known: connect to it once with ssh and accept the key.`,
  },
  {
    pattern: /Repository not found|repository '.*' not found|does not appear to be a git repository|error: 404/i,
    code: 'repository-missing',
    sentence: (name) => `There is no repository at ${name}, or you may not see it. Check the address and your access.`,
  },
  {
    pattern: /project you were looking for could not be found|repository .*does not exist|not a git repository/i,
    code: 'repository-missing',
    sentence: (name) => `There is no repository at ${name}, or you may not see it. Check the address and your access.`,
  },
  {
    pattern: /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|error: 401/i,
    code: 'repository-denied',
    onPush: 'push-denied',
    sentence: (name) =>
      `${name} asks for credentials that git does not have. Log in with your git credential helper, then try again.`,
  },
  {
    pattern: /Permission denied|Permission to .* denied|Access denied|error: 403|not authorized|Forbidden/i,
    code: 'repository-denied',
    onPush: 'push-denied',
    sentence: (name) => `${name} refuses your credentials. Check that your account may use this repository.`,
  },
  {
    pattern: /SSL certificate|certificate verif|server certificate|SSL peer/i,
    code: 'repository-unreachable',
    sentence: (name) =>
      `The certificate of ${name} is not trusted. Behind a company's proxy, tell git its CA: git config --global http.sslCAInfo <file>`,
  },
  {
    pattern: /HTTP code 407|error: 407|Proxy|proxy (?:CONNECT|auth)/,
    code: 'repository-unreachable',
    sentence: (name) => `The proxy did not let git through to ${name}. Check http.proxy and HTTPS_PROXY.`,
  },
  {
    pattern: /Could not resolve (?:host|proxy)|Name or service not known|Temporary failure in name resolution/i,
    code: 'repository-unreachable',
    sentence: (name) => `The host of ${name} can't be found. Check the address and your network.`,
  },
  {
    pattern: /(?:is|source repository is) shallow|shallow (?:update|file|roots)/i,
    code: 'repository-shallow',
    sentence: (name) => `${name} is a shallow clone: run git fetch --unshallow in it, then try again.`,
  },
  {
    pattern:
      /transport '.*' not allowed|Unable to find remote helper|unsupported protocol|protocol '.*' is not supported/i,
    code: 'invalid-input',
    sentence: (name) => `${name} uses a transport that Flotilla does not. Use https, ssh, git, file or a folder.`,
  },
  {
    pattern: /unable to access .*error: 5\d\d/,
    code: 'repository-unreachable',
    sentence: (name) => `${name} has a fault of its own right now; the detail names it. Try again later.`,
  },
  {
    pattern: /Failed to connect|Connection refused|connect to host|No route to host/i,
    code: 'repository-unreachable',
    sentence: (name) => `${name} can't be reached. Check your network, then try again.`,
  },
  {
    pattern:
      /RPC failed|unexpected disconnect|hung up unexpectedly|Broken pipe|early EOF|Connection (?:reset|closed)|git timed out/i,
    code: 'repository-unreachable',
    onPush: 'push-unknown',
    sentence: (name) =>
      `The connection to ${name} broke, and whether everything arrived is not known. Try again once it can be reached.`,
  },
  {
    // What git says of every ssh that ended early, so whatever else was said stands above.
    pattern: /correct access rights/,
    code: 'repository-denied',
    onPush: 'push-denied',
    sentence: (name) => `${name} can't be read. Check that it exists, and that your account may use it.`,
  },
  {
    pattern:
      /Connection (?:refused|timed out|reset|closed)|Failed to connect|unreachable|No route to host|timed out|unable to access|early EOF|hung up|unexpected disconnect|Could not read from remote/i,
    code: 'repository-unreachable',
    sentence: (name) => `${name} can't be reached. Check your network, then try again.`,
  },
];

/**
 * What any failure of a git call means for a person. `name` is the repository as the user named it; `during` chooses between
 * codes that differ for a push. What is no failure of git comes back unchanged.
 */
export function explainGitError(error: unknown, name: string, during: 'read' | 'push' = 'read'): Error {
  if (error instanceof GitError) return explained(error, name, during);
  if (isCancelled(error)) return error instanceof FlotillaError ? error : cancelled();
  if (error instanceof SpawnError && error.reason === 'not-found')
    return new FlotillaError('git-missing', 'Git is not installed, or not in PATH: install git 2.39 or newer.');
  return error instanceof Error ? error : new Error(String(error));
}

function explained(error: GitError, name: string, during: 'read' | 'push'): FlotillaError {
  const row = rows.find(({ pattern }) => pattern.test(error.stderr));
  const options = { cause: error, detail: error.stderr };
  if (row === undefined)
    return new FlotillaError('git-failed', `Git failed on ${name}; the detail has its words.`, options);
  const code = during === 'push' ? (row.onPush ?? row.code) : row.code;
  return new FlotillaError(code, row.sentence(name), options);
}
