import { type HostProcess, type HostResult, runOnHost, startOnHost } from '../process/run.ts';
import { FlotillaError } from '../base/errors.ts';
import { GitError } from './gitError.ts';
import { hostArguments, hostVariables } from './hostSettings.ts';
import { inOwnRepository } from './ownRepositories.ts';
import type { GitResult } from './runner.ts';

export interface HostGitCall {
  readonly folder?: string | undefined;
  readonly args: readonly string[];
  /** More `name=value` settings. */
  readonly config?: readonly string[] | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Uint8Array | undefined;
  readonly answers?: readonly number[] | undefined;
  readonly timeoutMs?: number | undefined;
  /** Bytes that git may answer. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
}

/** Long enough for a first fetch of a large repository over a slow line. */
const defaultTimeoutMs = 60 * 60 * 1000;

/**
 * Runs a git that talks to another repository, in a process group of its own so that a cancel ends its ssh as well. Rejects with
 * `GitError` on an exit code that is no answer, with `limit-reached` when it answers more than it may, with `cancelled`, or with `SpawnError`.
 */
export async function runHostGit(call: HostGitCall, signal?: AbortSignal): Promise<GitResult> {
  const result = await inOwnRepository(call, () => runOnHost(commandOf(call), signal), ended);
  if (result.truncated) throw tooLong(call, result.stdout.length);
  return answered(call, result);
}

/** As `runHostGit`; of an answer that is longer than `maxBytes` it gives the first part, git is ended, and that counts as success. */
export async function firstOfHostGit(
  call: HostGitCall,
  signal?: AbortSignal,
): Promise<GitResult & Pick<HostResult, 'truncated'>> {
  const result = await runOnHost(commandOf(call), signal);
  const { truncated } = result;
  return truncated ? { ...result, exitCode: 0, truncated } : { ...answered(call, result), truncated };
}

const ended = ({ exitCode, timedOut }: HostResult): boolean => exitCode !== undefined && !timedOut;

function tooLong({ args }: HostGitCall, bytes: number): FlotillaError {
  const command = args.find((arg) => !arg.startsWith('-')) ?? '';
  const sentence = `What git ${command} answers is longer than ${Math.floor(bytes / 1024 ** 2)} MiB and is not read: there are too many files or names.`;
  return new FlotillaError('limit-reached', sentence);
}

function answered(call: HostGitCall, result: HostResult): GitResult {
  const stderr = result.timedOut ? `${result.stderr}\nfatal: git timed out` : result.stderr;
  const { exitCode } = result;
  if (exitCode === undefined || ![0, ...(call.answers ?? [])].includes(exitCode))
    throw new GitError(call.args, exitCode, stderr);
  return { exitCode, stdout: result.stdout, stderr };
}

/** Starts a git with further pipes (file descriptors 3 and up), for git's own protocol through an environment. */
export const startHostGit = (call: HostGitCall, pipes: number, signal?: AbortSignal): HostProcess =>
  startOnHost({ ...commandOf(call), pipes }, signal);

const commandOf = (call: HostGitCall) => ({
  file: 'git',
  args: [...hostArguments(call.folder, call.config), ...call.args],
  env: { ...hostVariables, ...call.variables },
  input: call.input,
  maxBytes: call.maxBytes,
  timeoutMs: call.timeoutMs ?? defaultTimeoutMs,
});
