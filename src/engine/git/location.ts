import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { FlotillaError } from '../base/errors.ts';

/** Where a repository is, as text alone tells: nothing was asked of the disk or the network. */
export type Location =
  { readonly kind: 'folder'; readonly folder: string } | { readonly kind: 'url'; readonly url: string };

const schemes = new Set(['https', 'http', 'ssh', 'git', 'git+ssh', 'ssh+git', 'file']);
/** User names that are tokens: those of the usual hosts, and anything long and random. */
const tokenLike = /^(?:gh[pousr]_|github_pat_|glpat-|x-access-token|oauth2$|[A-Za-z0-9_-]{30,}$)/;

const invalid = (sentence: string): FlotillaError => new FlotillaError('invalid-input', sentence);

/**
 * Reads what a user named: a folder (relative to `cwd`, or from `~`), or a URL in any of git's forms. Rejects options, transports that
 * run programs (`ext::`), and URLs that hold a password or token, which would end up in places where secrets must not be.
 */
export function parseLocation(text: string, cwd?: string): Location {
  const given = text.trim();
  if (given === '') throw invalid('Name a repository: a folder or a URL.');
  if (/[\u0000-\u001f\u007f]/.test(given)) throw invalid("The repository's name holds control characters.");
  if (given.startsWith('-')) throw invalid('A repository is a folder or a URL; it can\'t start with "-".');
  if (/^[A-Za-z0-9+.-]+::/.test(given))
    throw invalid('Transports of the form "name::address" are not supported. Use https, ssh, git, file or a folder.');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(given)?.[1];
  if (scheme !== undefined) return { kind: 'url', url: checkedUrl(given, scheme.toLowerCase()) };
  if (isScpLike(given, cwd)) return { kind: 'url', url: checkedScp(given) };
  return { kind: 'folder', folder: absolute(given, cwd) };
}

function checkedUrl(url: string, scheme: string): string {
  if (!schemes.has(scheme))
    throw invalid(`Repositories can't be read over ${scheme}. Use https, ssh, git, file or a folder.`);
  const { user, host } = authorityOf(url);
  if (user.includes(':') || (scheme.startsWith('http') && tokenLike.test(user)))
    throw invalid(
      "The URL holds a password or token. Leave it out and let git's credential helper supply it: git config --global credential.helper <helper>",
    );
  if (host === '' && scheme !== 'file') throw invalid('The URL names no host.');
  if (/^-|@-/.test(`${user}@${host}`)) throw invalid('The host of the URL can\'t start with "-".');
  return url;
}

function authorityOf(url: string): { user: string; host: string } {
  const authority = /^[^:]*:\/\/([^/?#]*)/.exec(url)?.[1] ?? '';
  const at = authority.lastIndexOf('@');
  return { user: authority.slice(0, Math.max(at, 0)), host: authority.slice(at + 1) };
}

/** `host:path` with the colon before any slash, as git decides; a folder of that name comes first here. */
function isScpLike(text: string, cwd: string | undefined): boolean {
  if (/^[./~]/.test(text) || !/^[^/:]+:./.test(text)) return false;
  return cwd === undefined || !existsSync(path.resolve(cwd, text));
}

function checkedScp(text: string): string {
  const host = text.slice(0, text.indexOf(':')).replace(/^.*@/, '');
  if (host === '' || host.startsWith('-')) throw invalid('The host of the address can\'t be empty or start with "-".');
  return text;
}

function absolute(text: string, cwd: string | undefined): string {
  if (text === '~' || text.startsWith('~/')) return path.join(homedir(), text.slice(1));
  if (path.isAbsolute(text)) return path.normalize(text);
  if (cwd === undefined) throw invalid('Name the repository by an absolute folder or a URL.');
  return path.resolve(cwd, text);
}
