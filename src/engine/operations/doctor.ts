import { existsSync, statSync } from 'node:fs';
import type { Check } from '../../protocol/operations.ts';
import { messageOf } from '../base/errors.ts';
import type { Credentials } from '../gateway/credentials.ts';
import { runOnHost, SpawnError } from '../process/run.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { Orphans } from '../session/orphans.ts';

/** The oldest git whose merge-tree can write trees and whose remote helpers Flotilla was tried with. */
const oldestGit = [2, 38] as const;

export interface DoctorParts {
  readonly runtime: Runtime;
  readonly credentials: Credentials;
  readonly orphans: Orphans;
}

/** Checks what Flotilla needs of the machine, and says for each what to do. */
export async function doctor(parts: DoctorParts, signal: AbortSignal): Promise<Check[]> {
  const { runtime, credentials, orphans } = parts;
  const [git, docker, left] = await Promise.all([
    checkGit(signal),
    runtime.check(signal),
    checkOrphans(orphans, signal),
  ]);
  const surroundings = [checkCredentials(credentials), checkProxy(process.env), checkCertificates(process.env)];
  return [git, ...docker, ...surroundings, ...left];
}

/** Environments that no session owns; nothing where they can't be listed, which the checks of Docker explain. */
async function checkOrphans(orphans: Orphans, signal: AbortSignal): Promise<Check[]> {
  const check = { id: 'orphans', title: 'Environments' };
  const found = await orphans.list(signal).catch(() => undefined);
  if (found === undefined) return [];
  if (found.length === 0) return [{ ...check, status: 'ok', message: 'Each belongs to a session.' }];
  const ids = found.map(({ sessionId }) => sessionId).join(', ');
  const advice = 'Adopt each as a session again, or remove it.';
  return [{ ...check, status: 'warning', message: `No session owns ${ids}.`, advice }];
}

/** `undefined` for what is no version. */
function isOlder(version: string): boolean | undefined {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return undefined;
  return Number(major) < oldestGit[0] || (Number(major) === oldestGit[0] && Number(minor) < oldestGit[1]);
}

async function checkGit(signal: AbortSignal): Promise<Check> {
  const check = { id: 'git', title: 'git' };
  const install = `Install git ${oldestGit.join('.')} or newer.`;
  try {
    const { stdout, exitCode } = await runOnHost({ file: 'git', args: ['--version'], timeoutMs: 10_000 }, signal);
    const version = stdout.toString('utf8').trim();
    const isOld = isOlder(version);
    if (exitCode !== 0 || isOld === undefined)
      return { ...check, status: 'failed', message: 'git does not answer.', advice: install };
    return isOld
      ? { ...check, status: 'failed', message: `${version} is too old.`, advice: install }
      : { ...check, status: 'ok', message: version };
  } catch (error) {
    const message =
      error instanceof SpawnError && error.reason === 'not-found' ? 'git is not installed.' : messageOf(error);
    return { ...check, status: 'failed', message, advice: install };
  }
}

function checkCredentials(credentials: Credentials): Check {
  const check = { id: 'credentials', title: 'Anthropic credentials' };
  if (credentials.kind !== 'none') {
    const kind = credentials.kind === 'api-key' ? 'An API key' : 'An OAuth token';
    return { ...check, status: 'ok', message: `${kind} is in the engine's memory, for ${credentials.upstream}.` };
  }
  const advice = 'Set an API key, or an OAuth token, which "claude setup-token" makes.';
  return { ...check, status: 'warning', message: 'The engine has none: sessions wait until they come.', advice };
}

function checkProxy(env: NodeJS.ProcessEnv): Check {
  const check = { id: 'proxy', title: 'Proxy' };
  const proxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
    .map((name) => env[name])
    .find((value) => value !== undefined && value !== '');
  if (proxy === undefined) return { ...check, status: 'ok', message: 'None is set; requests go out directly.' };
  const url = URL.parse(proxy);
  if (url === null || !/^https?:$/.test(url.protocol))
    return {
      ...check,
      status: 'failed',
      message: 'The proxy variable is not an http URL.',
      advice: 'Set HTTPS_PROXY to something like http://proxy.example:3128.',
    };
  return { ...check, status: 'ok', message: `Requests go through ${url.protocol}//${url.host}.` };
}

function checkCertificates(env: NodeJS.ProcessEnv): Check {
  const check = { id: 'ca', title: 'Certificates' };
  const file = env['NODE_EXTRA_CA_CERTS'];
  if (file === undefined || file === '')
    return { ...check, status: 'ok', message: "Node's own certificates are used." };
  if (!existsSync(file) || statSync(file).size === 0)
    return {
      ...check,
      status: 'failed',
      message: `NODE_EXTRA_CA_CERTS names ${file}, which can't be read or is empty.`,
      advice: 'Correct the path, or unset the variable.',
    };
  return {
    ...check,
    status: 'ok',
    message: `Certificates from ${file} are trusted as well. Sessions have them when they are started with them.`,
  };
}
