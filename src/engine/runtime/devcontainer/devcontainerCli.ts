import { sleep } from '../../base/clock.ts';
import { cancelled, FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import { type HostProcess, killGroup, SpawnError, startOnHost } from '../../process/run.ts';
import { UpOutput, type UpResult } from './upOutput.ts';

export interface DevcontainerCliOptions {
  /** Path of @devcontainers/cli's `devcontainer.js`. */
  readonly script: string;
  /** Keeps the compiled form of the CLI, which spares a quarter of its time. */
  readonly cacheFolder: string;
  /** What makes the CLI's docker client talk to the daemon that we talk to. */
  readonly clientVariables: Readonly<Record<string, string | undefined>>;
}

export interface UpRequest {
  /** Absolute path of the devcontainer.json. */
  readonly config: string;
  /** Absolute folder on the host that it belongs to. */
  readonly folder: string;
  /** `key=value`, by which the CLI finds its container again. */
  readonly idLabels: readonly string[];
  /** Hears when the CLI ended without a word of how it went: it was killed, and what it asked Docker for may still come. */
  readonly onCut?: (() => void) | undefined;
}

/** Longest that is waited for what the CLI had said of its steps when its answer came, in milliseconds. */
const lastStepsMs = 1000;

/**
 * `devcontainer up` for a generated configuration: the id of the running container. Hooks are not run. When it rejects or is
 * cancelled, its processes are gone; what they had made in Docker may be there, or still come. `onStep` hears each step's text.
 *
 * @see https://github.com/devcontainers/cli
 */
export async function devcontainerUp(
  options: DevcontainerCliOptions,
  request: UpRequest,
  onStep: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  throwIfCancelled(signal);
  const command = endingWithEngine([process.execPath, ...upArguments(options, request)]);
  const running = startOnHost({ ...command, env: variables(options) });
  // What `up` leaves behind is a `docker run` client of 25 MB, in its process group. It has no say over the container.
  const killAll = (): void => {
    killGroup(running.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', killAll, { once: true });
  running.stdin.end();
  for (const pipe of running.pipes) pipe.on('error', () => undefined);
  const said = new AbortController();
  running.stderr.once('close', () => {
    said.abort();
  });
  try {
    const container = await outcome(running, request, onStep);
    killAll();
    // It comes on another pipe, and must not be told when the start is at something else.
    await sleep(lastStepsMs, AbortSignal.any([said.signal, signal]));
    throwIfCancelled(signal);
    return container;
  } catch (error) {
    if (signal.aborted) throw cancelled();
    throw error;
  } finally {
    signal.removeEventListener('abort', killAll);
    killAll();
  }
}

/**
 * A shell that runs a command and waits beside it at a pipe whose other end the engine alone holds. When the engine is killed the
 * pipe ends, and the whole process group with it: an `up` that went on would make a container after the next engine has looked.
 */
const guard = `
"$@" 3<&- &
main=$!
{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait $main
code=$?
kill $watch
exit $code`;

const endingWithEngine = ([file = '', ...args]: readonly string[]): Parameters<typeof startOnHost>[0] =>
  process.platform === 'win32' ? { file, args } : { file: 'sh', args: ['-c', guard, 'sh', file, ...args], pipes: 1 };

async function outcome(
  running: HostProcess,
  { onCut }: Pick<UpRequest, 'onCut'>,
  onStep: (text: string) => void,
): Promise<string> {
  const result = Promise.withResolvers<UpResult | undefined>();
  const output = new UpOutput(onStep, result.resolve);
  running.stdout.on('data', (chunk: Buffer) => output.stdout.write(chunk)).on('end', () => output.stdout.end());
  running.stderr.on('data', (chunk: Buffer) => output.stderr.write(chunk)).on('end', () => output.stderr.end());
  running.ended.then(() => result.resolve(undefined), result.reject);
  const settled = await result.promise.catch((error: unknown) => {
    throw notStarted(error);
  });
  if (settled?.outcome === 'success') return settled.containerId;
  await running.ended.catch(() => undefined);
  if (settled === undefined) onCut?.();
  throw output.failure(settled?.message);
}

const notStarted = (error: unknown): unknown =>
  error instanceof SpawnError
    ? new FlotillaError('internal', "Flotilla's own copy of the dev container CLI could not be started.", {
        cause: error,
      })
    : error;

function upArguments(options: DevcontainerCliOptions, request: UpRequest): string[] {
  return [
    options.script,
    'up',
    `--workspace-folder=${request.folder}`,
    `--config=${request.config}`,
    ...request.idLabels.map((label) => `--id-label=${label}`),
    '--log-format=json',
    '--no-lockfile',
    '--buildkit=never',
    '--mount-workspace-git-root=false',
    '--skip-post-create',
    '--skip-post-attach',
  ];
}

const variables = (options: DevcontainerCliOptions): Record<string, string | undefined> => ({
  ...options.clientVariables,
  NODE_COMPILE_CACHE: options.cacheFolder,
  // The engine may itself run on VS Code's own Node.
  ELECTRON_RUN_AS_NODE: '1',
});
