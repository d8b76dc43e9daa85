import PQueue from 'p-queue';
import { simpleGit, type SimpleGitOptions } from 'simple-git';
import { cancelled, messageOf, throwIfCancelled } from '../base/errors.ts';
import { SpawnError } from '../process/run.ts';
import { GitError } from './gitError.ts';
import { firstOfHostGit, runHostGit } from './hostProcess.ts';
import { hostConfig, hostVariables } from './hostSettings.ts';
import type { GitCommand, GitResult, GitRunner } from './runner.ts';

/** At one time in one repository: git's own locks make more of them wait or fail. */
const concurrency = 4;
const queues = new Map<string, PQueue>();

/**
 * Everything that simple-git guards against by default is here either a constant of ours (`hostConfig`) or the user's own environment,
 * so its guards are lifted; what comes from outside never becomes an option, since callers put `--` or `--end-of-options` before it.
 */
const unsafe: NonNullable<SimpleGitOptions['unsafe']> = {
  allowUnsafeHooksPath: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeAskPass: true,
  allowUnsafeSshCommand: true,
  allowUnsafeEditor: true,
  allowUnsafePager: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeGitProxy: true,
  allowUnsafePack: true,
  allowUnsafeFilter: true,
  allowUnsafeExec: true,
};

/** Runs git on the host in one folder, with the settings that every git of ours has. For what needs pipes or the network: `hostProcess.ts`. */
export function hostRunner(folder: string, variables: Readonly<Record<string, string>> = {}): GitRunner {
  return async (command, signal) => {
    const run = (): Promise<GitResult> =>
      command.silent === true
        ? runSilently(folder, command, { variables, signal })
        : runSimpleGit(folder, command, { variables, signal });
    return command.parse(await queueOf(folder).add(run));
  };
}

function queueOf(folder: string): PQueue {
  const known = queues.get(folder);
  if (known !== undefined) return known;
  const queue = new PQueue({ concurrency });
  queues.set(folder, queue);
  queue.on('idle', () => {
    if (queue.size === 0 && queue.pending === 0) queues.delete(folder);
  });
  return queue;
}

interface Circumstances {
  readonly variables: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

function runSilently(
  folder: string,
  { args, input, answers, maxBytes, partial }: GitCommand<unknown>,
  { variables, signal }: Circumstances,
): Promise<GitResult> {
  const call = { folder, args, input, answers, maxBytes, variables };
  return partial === true ? firstOfHostGit(call, signal) : runHostGit(call, signal);
}

async function runSimpleGit(
  folder: string,
  command: GitCommand<unknown>,
  { variables, signal }: Circumstances,
): Promise<GitResult> {
  throwIfCancelled(signal);
  const end: End = { exitCode: undefined, stderr: '' };
  const env = environment(variables);
  const git = simpleGit({
    baseDir: folder,
    config: [...hostConfig],
    unsafe,
    // Its default takes what has arrived 50 ms after the exit for the whole output.
    completion: { onClose: true, onExit: false },
    allowEnvironment: Object.keys(env),
    ...(signal === undefined ? {} : { abort: signal }),
    ...(command.input === undefined ? {} : { input: () => inputOf(command.input) }),
    errors: (error, result) => {
      Object.assign(end, { exitCode: result.exitCode, stderr: textOf(result.stdErr) });
      return isAnswer(command, result.exitCode) ? undefined : (error ?? Buffer.from('failed'));
    },
  });
  try {
    const stdout = await git.env(env).raw([...command.args]);
    return { exitCode: end.exitCode ?? 0, stderr: end.stderr, stdout: Buffer.from(stdout) };
  } catch (error) {
    if (signal?.aborted === true) throw cancelled();
    if (end.exitCode === undefined) throw error;
    if (end.exitCode < 0) throw notStarted(error);
    throw new GitError(command.args, end.exitCode, end.stderr);
  }
}

interface End {
  exitCode: number | undefined;
  stderr: string;
}

/** simple-git keeps only the words of what Node said when a program could not be started. */
function notStarted(error: unknown): SpawnError {
  const code = messageOf(error).includes('ENOENT') ? 'ENOENT' : 'UNKNOWN';
  return new SpawnError('git', Object.assign(new Error('git could not be started', { cause: error }), { code }));
}

// simple-git takes exit code 1 with an empty stderr for success; here the exit code alone decides.
const isAnswer = (command: GitCommand<unknown>, exitCode: number): boolean =>
  [0, ...(command.answers ?? [])].includes(exitCode);

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat([...chunks]).toString('utf8');

const inputOf = (input: string | Uint8Array | undefined): Buffer => Buffer.from(input ?? '');

function environment(variables: Readonly<Record<string, string>>): Record<string, string> {
  const all = { ...process.env, ...hostVariables, ...variables };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
