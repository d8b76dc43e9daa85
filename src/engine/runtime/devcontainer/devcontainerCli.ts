import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { cancelled, FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import { parseJson } from '../../../protocol/json.ts';
import { LineSplitter } from '../../base/lines.ts';
import { Tail } from '../../base/tail.ts';
import { type HostProcess, killGroup, SpawnError, startOnHost } from '../../process/run.ts';
import { failureOf } from './failures.ts';

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
}

const resultSchema = z.union([
  z.object({ outcome: z.literal('success'), containerId: z.string().min(1) }),
  z.object({ outcome: z.literal('error'), message: z.string(), description: z.string().optional() }),
]);

const eventSchema = z.object({ type: z.string(), text: z.string().default('') });

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
  try {
    return await outcome(running, onStep);
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

async function outcome(running: HostProcess, onStep: (text: string) => void): Promise<string> {
  const tail = new Tail(16 * 1024);
  const stack = new Tail();
  const result = Promise.withResolvers<z.output<typeof resultSchema> | undefined>();
  const stdout = new LineSplitter((line) => {
    const parsed = parseJson(resultSchema, line);
    if (parsed !== undefined) result.resolve(parsed);
    else tail.write(`${line}\n`);
  });
  const stderr = new LineSplitter((line) => {
    const event = line.startsWith('{') ? parseJson(eventSchema, line) : undefined;
    // What is no JSON is an error's stack, with the whole command line in it; it counts only when there is nothing else.
    if (event === undefined) stack.write(`${line.slice(0, 500)}\n`);
    if (event?.type === 'start') onStep(stepName(event.text));
    if (event?.type === 'text' || event?.type === 'raw') tail.write(`${whatWentWrong(event.text)}\n`);
  });
  running.stdout.on('data', (chunk: Buffer) => stdout.write(chunk)).on('end', () => stdout.end());
  running.stderr.on('data', (chunk: Buffer) => stderr.write(chunk)).on('end', () => stderr.end());
  running.ended.then(() => result.resolve(undefined), result.reject);
  const settled = await result.promise.catch((error: unknown) => {
    throw notStarted(error);
  });
  if (settled?.outcome === 'success') return settled.containerId;
  // An error's own message is mostly "Command failed: docker run …"; what docker said about it stands in the log.
  await running.ended.catch(() => undefined);
  const lines = tail.lines(30) || stack.lines(10);
  const text = `${lines}\n${whatWentWrong(settled?.message ?? '')}`.trim();
  throw failureOf(text, {
    code: 'start-failed',
    message: 'The container could not be started. The last lines say why.',
  });
}

/** "Run: docker run --sig-proxy=…" is of use only up to its verb. */
const stepName = (text: string): string => text.replace(/^(Run: docker \w+|Run in container:) .*$/s, '$1');

/**
 * A text of the CLI's without colours, its own chatter, and the command line with the stack that it adds: there the user's own words
 * stand (a name, a path), which must not be taken for what Docker said.
 */
const whatWentWrong = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/(Command failed: \w+ \w+)[^]*$/, '$1')
    .replace(
      /^(?:\d+\.\d+\.\d+\S*$|@devcontainers\/cli |workspace root: |No user features to update|Run 'docker run --help').*$/gm,
      '',
    )
    .trim();

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
