import { cancelled, FlotillaError, isCancelled, messageOf } from '../../base/errors.ts';
import type { ErrorCode } from '../../../protocol/errors.ts';

interface Failure {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * What Docker and the dev container CLI say, and what it means. The first line that matches counts, so the particular ones stand
 * above the general ones. The texts are those of Docker 20.10 to 28 and of @devcontainers/cli 0.89.
 */
export const failures: readonly Failure[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'disk-full',
    message:
      'The disk that Docker keeps its images and volumes on is full. Free some space, for example with "docker system prune", and try again.',
  },
  {
    pattern:
      /permission denied.*docker(?:_engine|\.sock)|EACCES.*docker(?:_engine|\.sock)|docker\.sock.*permission denied/i,
    code: 'docker-denied',
    message:
      'This user may not talk to Docker. Add it to the group "docker" (sudo usermod -aG docker $USER), log in again, and try again.',
  },
  {
    pattern: /Docker over ssh is not supported/,
    code: 'docker-missing',
    message:
      'DOCKER_HOST names a machine that is reached over ssh. Sessions need a Docker that sees the folders of this machine: unset DOCKER_HOST, or name a local one.',
  },
  {
    pattern:
      /Cannot connect to the Docker daemon|error during connect|ECONNREFUSED|connect ENOENT|docker daemon is not running|socket hang up|ECONNRESET|error waiting for container: .*EOF|failed to update store for object type .*: open : no such file/i,
    code: 'docker-missing',
    message: "Docker doesn't answer. Start Docker (Docker Desktop, or: sudo systemctl start docker) and try again.",
  },
  {
    pattern: /spawn docker ENOENT|docker: (?:command )?not found|docker ENOENT/i,
    code: 'docker-missing',
    message: 'The program "docker" was not found. Install Docker, or put its client on the PATH, and try again.',
  },
  {
    pattern:
      /exec: "(?:\/bin\/)?sh": (?:stat|executable file not found)|"?\/bin\/sh"?: (?:stat \/bin\/sh: )?no such file or directory/i,
    code: 'image-lacks',
    message: 'The image lacks sh. Choose an image with sh, git and claude.',
  },
  {
    pattern: /toomanyrequests|rate limit/i,
    code: 'image-unavailable',
    message: 'The registry refuses for now because of too many pulls. Log in with "docker login", or try again later.',
  },
  {
    pattern:
      /unauthorized|pull access denied|denied: requested access|no basic auth credentials|authentication required/i,
    code: 'image-unavailable',
    message: 'The image does not exist, or its registry wants a login. Check the name, and log in with "docker login".',
  },
  {
    pattern:
      /manifest (?:for .* )?(?:not found|unknown)|No such image|repository .* not found|invalid reference format|not found: manifest/i,
    code: 'image-unavailable',
    message: 'The image was not found. Check its name and its tag.',
  },
  {
    pattern:
      /no matching manifest|exec format error|platform .* does not match|does not provide the specified platform/i,
    code: 'image-unavailable',
    message: "The image is not made for this machine's processor. Choose one that is, or build it for this platform.",
  },
  {
    pattern:
      /x509|certificate signed by unknown authority|certificate (?:has expired|is not trusted)|self.signed certificate/i,
    code: 'image-unavailable',
    message:
      "Docker doesn't trust the registry's certificate. Install your company's certificate for Docker and try again.",
  },
  {
    pattern:
      /no such host|i\/o timeout|TLS handshake timeout|context deadline exceeded|Client\.Timeout|temporary failure in name resolution|network is unreachable|failed to do request/i,
    code: 'image-unavailable',
    message:
      "The registry can't be reached. Check the network and Docker's proxy settings, or build the image on this machine.",
  },
  {
    pattern:
      /could not find an available, non-overlapping IPv4 address pool|all predefined address pools have been fully subnetted|Pool overlaps with other one/i,
    code: 'start-failed',
    message:
      'Docker has no free address range for another network. Remove unused ones with "docker network prune" and try again.',
  },
  {
    pattern:
      /bind source path does not exist|invalid mount config|invalid volume specification|mount path must be absolute|error while creating mount source path|mounts denied|not shared from the host/i,
    code: 'start-failed',
    message:
      "Docker can't see a folder that the session needs. With Docker Desktop, share the folder of Flotilla's data (Settings, Resources, File sharing).",
  },
  {
    pattern: /is already in use by container|Conflict\. The container name|port is already allocated/i,
    code: 'start-failed',
    message:
      'A container of the same name is there already. Remove it (a check of the system names leftovers) and try again.',
  },
  {
    pattern:
      /Minimum memory limit|Range of CPUs|pids limit|cpus? (?:limit|count)|invalid (?:memory|cpu)|kernel does not support (?:memory|cpu|pids|swap)|memory limit is less than/i,
    code: 'start-failed',
    message: 'Docker refuses the limits of this session on this machine. Choose other values for memory, cpus or pids.',
  },
  {
    pattern: /unable to find user|no matching entries in passwd file|linux spec user/i,
    code: 'image-lacks',
    message: 'The image names a user that it does not have. Choose an image with a user that is not root.',
  },
  {
    pattern: /Dev container config .* not found|must contain either|devcontainer\.json.*(?:invalid|missing)/i,
    code: 'config-invalid',
    message: 'The generated devcontainer.json was refused. Its text is in the session folder.',
  },
  {
    pattern: /is not running|No such container|No such exec|is paused/i,
    code: 'environment-gone',
    message: "The session's container is not running any more. Resume the session to start it again.",
  },
];

/** Characters of a text that are looked at, from its end: some patterns take long for long lines. */
const longestLooked = 32 * 1024;

/** What a text of Docker's or of the dev container CLI's means; `fallback` when no line of the table knows it. */
export function failureOf(
  text: string,
  fallback: { code: ErrorCode; message: string },
  cause?: unknown,
): FlotillaError {
  const end = text.slice(-longestLooked);
  const known = failures.find(({ pattern }) => pattern.test(end)) ?? fallback;
  return new FlotillaError(known.code, known.message, { detail: text.slice(-8192), cause });
}

/** The error to throw for what a request of Docker's API rejected with. Ours and cancellations pass unchanged. */
export function dockerFailure(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof FlotillaError) return error;
  if (signal?.aborted === true || isCancelled(error)) return cancelled();
  const code = error instanceof Error && 'code' in error ? `${String(error.code)} ` : '';
  const message =
    'Docker answered something unexpected. A check of the system may tell more; the lines below are what it said.';
  return failureOf(`${code}${messageOf(error)}`, { code: 'docker-failed', message }, error);
}
