import { statfs } from 'node:fs/promises';
import type { Check } from '../../../protocol/operations.ts';
import { FlotillaError, messageOf } from '../../base/errors.ts';
import { runOnHost } from '../../process/run.ts';
import type { Docker } from './docker.ts';
import { dockerFailure } from './failures.ts';
import { oldImages } from './oldImages.ts';

const oldest = [20, 10] as const;
/** Below this the next image or session may not fit, in bytes. */
const littleSpace = 5 * 1024 ** 3;
const noSpace = 1024 ** 3;
const withinMs = 5000;

/** What this machine lacks for dev containers: the daemon, its client, and room on the disk. Never rejects. */
export async function dockerChecks(docker: Docker, signal: AbortSignal): Promise<Check[]> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  const needed = Promise.all([daemon(docker, within, signal), client(signal), disk(docker, within)]);
  return [...(await needed), ...(await oldImages(docker, within))];
}

async function daemon(docker: Docker, within: AbortSignal, signal: AbortSignal): Promise<Check> {
  const about = { id: 'docker', title: 'Docker' };
  try {
    const version = await docker.version(within);
    if (isTooOld(version)) {
      const advice = `Update Docker to ${oldest.join('.')} or newer.`;
      return { ...about, status: 'failed', message: `Docker ${version} is too old.`, advice };
    }
    return { ...about, status: 'ok', message: `Docker ${version} answers.` };
  } catch (error) {
    const failure = within.aborted && !signal.aborted ? new Error('connect ENOENT: no answer') : error;
    const known = dockerFailure(failure);
    const denied = known instanceof FlotillaError && known.code === 'docker-denied';
    const message = denied ? 'Docker is there, but this user may not use it.' : "Docker doesn't answer.";
    return { ...about, status: 'failed', message, advice: messageOf(known) };
  }
}

async function client(signal: AbortSignal): Promise<Check> {
  const about = { id: 'docker-client', title: 'Docker client' };
  try {
    const command = { file: 'docker', args: ['--version'], maxBytes: 4096, timeoutMs: withinMs };
    const { exitCode, stdout } = await runOnHost(command, signal);
    if (exitCode === 0) return { ...about, status: 'ok', message: stdout.toString().trim().slice(0, 200) };
  } catch {
    // Not there, or not to be started: the same to the user.
  }
  const advice = 'Install the docker command and put it on the PATH: the dev container CLI needs it.';
  return { ...about, status: 'failed', message: 'The program "docker" was not found.', advice };
}

async function disk(docker: Docker, signal: AbortSignal): Promise<Check> {
  const about = { id: 'docker-disk', title: "Docker's disk" };
  try {
    const { bavail, bsize } = await statfs(await docker.dataFolder(signal));
    const free = bavail * bsize;
    const message = `${(free / 1024 ** 3).toFixed(1)} GiB are free where Docker keeps its data.`;
    if (free > littleSpace) return { ...about, status: 'ok', message };
    const advice = 'Free some space, for example with "docker system prune".';
    return { ...about, status: free > noSpace ? 'warning' : 'failed', message, advice };
  } catch {
    // The daemon's disk is in a virtual machine or on another host, or can't be looked at by this user.
    return { ...about, status: 'ok', message: "Docker's disk can't be seen from here." };
  }
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}
