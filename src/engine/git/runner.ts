/**
 * Git commands as data. A command says what to run and how to read what comes back; where it runs is the runner's affair: the host's
 * (the one door to simple-git), or an environment's exec. So a command line is tested without git, and a parser without a process.
 */
export interface GitCommand<T> {
  readonly args: readonly string[];
  readonly input?: string | Uint8Array | undefined;
  /** Exit codes that are answers and no failures; default only 0. */
  readonly answers?: readonly number[] | undefined;
  /** It can end well without writing a byte. simple-git waits 50 ms for the output of such a command, so the host runs it past simple-git. */
  readonly silent?: boolean | undefined;
  /** Bytes that it may answer where it is `silent`. Default 64 MiB. A longer answer is an error, or cut where the command is `partial`. */
  readonly maxBytes?: number | undefined;
  /** The first part of a `silent` command's answer will do, and `parse` takes one that ends anywhere. */
  readonly partial?: boolean | undefined;
  readonly parse: (result: GitResult) => T;
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs git somewhere, in one repository. Rejects with `GitError` on an exit code that is not an answer. */
export type GitRunner = <T>(command: GitCommand<T>, signal?: AbortSignal) => Promise<T>;
