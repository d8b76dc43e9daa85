import type { Readable, Writable } from 'node:stream';
import type { Progress } from '../../protocol/events.ts';
import type { Check, Resources } from '../../protocol/operations.ts';
import type { Limits, Network } from '../../protocol/session.ts';
import type { Closable } from '../base/lifecycle.ts';

/**
 * What every runtime promises: `devcontainer` today, `worktree` and `kubernetes` later. Each promise here is a test in
 * test/contract that every runtime runs unchanged. All that comes out of an environment is hostile input.
 */
export interface Runtime {
  readonly kind: 'devcontainer';
  /** What the machine lacks for this runtime, for `doctor`. Never throws. */
  check(signal: AbortSignal): Promise<Check[]>;
  /**
   * Makes an environment with its volumes and network, running, with an empty workspace folder owned by its user. When it fails or
   * is cancelled nothing is left behind.
   */
  provision(spec: EnvironmentSpec, report: Report, signal: AbortSignal): Promise<Environment>;
  /** The environment of a session, running or not; `undefined` when there is none. */
  find(sessionId: string, signal: AbortSignal): Promise<Environment | undefined>;
  /** Everything that carries a session's label, one entry a session, half-made ones included. */
  list(signal: AbortSignal): Promise<FoundEnvironment[]>;
  /** Removes everything that carries the session's label: containers, volumes, networks, processes. Harmless when there is nothing. */
  discard(sessionId: string, signal: AbortSignal): Promise<string[]>;
  /** Tells what happens to environments until closed; reconnects by itself and then tells the present state of each. */
  watch(listener: (event: EnvironmentEvent) => void): Closable;
  close(): Promise<void>;
}

export type Report = (progress: Progress) => void;

export interface EnvironmentSpec {
  readonly sessionId: string;
  /** For people, in names and titles: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** The session's folder on the host (0700). The generated configuration is kept there for the user to read. */
  readonly folder: string;
  /** Absolute folder inside, `/workspaces/<repository>`. */
  readonly workspaceFolder: string;
  /** Another image than Flotilla's own. */
  readonly image?: string | undefined;
  readonly limits: Limits;
  readonly network: Network;
  /** Host folder with the gateway's socket, seen inside at `places.api`. */
  readonly apiFolder: string;
  /** Host folder with the mirror's objects, seen read-only inside at `places.objects`. */
  readonly objectsFolder?: string | undefined;
  /** Shell command that runs once as `postCreateCommand`, through `Environment.runSetup`, after the workspace is filled. */
  readonly setup?: string | undefined;
  /** Host PEM file with more certificates, for the build of the image and for the container. */
  readonly certificates?: string | undefined;
  /**
   * The session had an environment and its container is gone: volumes that are still there are taken over as they are. When it
   * fails or is cancelled they stay.
   */
  readonly rebuild?: boolean | undefined;
  /**
   * Runs as soon as the environment can execute commands, while the rest of it is still being finished: starts are faster that way.
   * It makes the workspace folder, which need not be there yet, and names where its commands run. Its failure is that of `provision`.
   */
  readonly prepare?: ((environment: Environment, signal: AbortSignal) => Promise<void>) | undefined;
  /** Never a secret: what is here can be read by `docker inspect`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Kept as a label, so that an orphan can be adopted: at most 4 KB of JSON without secrets. */
  readonly description: string;
}

/** Where things are inside every environment. */
export const places = {
  /** The volume with workspaces, writable. */
  workspaces: '/workspaces',
  /** Claude's configuration (`CLAUDE_CONFIG_DIR`) and the state of runs, a volume, writable. */
  claude: '/flotilla/claude',
  /** Our scripts, read-only. */
  tools: '/flotilla/tools',
  /** Holds `api.sock`. */
  api: '/flotilla/api',
  /** The mirror's objects, read-only, an alternate of the workspace's repository. */
  objects: '/flotilla/objects',
} as const;

export interface Environment {
  readonly sessionId: string;
  /** The container's id. */
  readonly id: string;
  /** What people and their tools call it: the container's name. */
  readonly name?: string | undefined;
  readonly image: string;
  /** The user that everything runs as. */
  readonly user: string;
  readonly workspaceFolder: string;
  readonly description: string;
  status(signal?: AbortSignal): Promise<'running' | 'stopped' | 'gone'>;
  /** Starts a command. The signal ends the stream, and the command with its children. */
  exec(command: ExecCommand, signal?: AbortSignal): Promise<Exec>;
  /** Runs a command to its end with its output in memory, at most `maxBytes` of each stream (default 16 MiB). */
  run(command: RunCommand, signal?: AbortSignal): Promise<RunResult>;
  /** Puts files into the environment, owned by its user, making folders as needed. */
  writeFiles(files: readonly EnvironmentFile[], signal?: AbortSignal): Promise<void>;
  /** Runs `setup` with its output as progress. Rejects with `setup-failed`; the environment is then left for the caller to discard. */
  runSetup(report: Report, signal: AbortSignal): Promise<void>;
  resources(signal?: AbortSignal): Promise<Resources | undefined>;
  /** True when nearly every process is taken that its limit allows: whatever is started in it may fail. False when it does not run. */
  isFull(signal?: AbortSignal): Promise<boolean>;
  stop(signal?: AbortSignal): Promise<void>;
  start(signal?: AbortSignal): Promise<void>;
}

export interface ExecCommand {
  /** Program and arguments; no shell. */
  readonly command: readonly [string, ...string[]];
  /** Default: the workspace folder. */
  readonly cwd?: string | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** A terminal of this size; output then comes cooked on `stdout` alone. */
  readonly tty?: { readonly cols: number; readonly rows: number } | undefined;
  /** Default: the environment's user. */
  readonly user?: string | undefined;
}

export interface Exec {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Empty with a terminal. */
  readonly stderr: Readable;
  /** Settles once the command has ended and both streams have been read: 0 to 255, or `undefined` when the environment died under it. */
  readonly exitCode: Promise<number | undefined>;
  resize(cols: number, rows: number): Promise<void>;
  /** Ends the command and its children. */
  kill(): Promise<void>;
}

export interface RunCommand extends ExecCommand {
  readonly input?: string | Uint8Array | undefined;
  readonly maxBytes?: number | undefined;
}

export interface RunResult {
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Output past `maxBytes` was dropped. */
  readonly truncated: boolean;
}

export interface EnvironmentFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Default 0o600. */
  readonly mode?: number | undefined;
}

export interface FoundEnvironment {
  readonly sessionId: string;
  readonly parts: readonly string[];
  readonly state: 'running' | 'stopped' | 'half-made';
  readonly description: string;
}

export type EnvironmentEvent =
  /** The kernel killed something inside for want of memory; the environment itself may live on. */
  | { readonly type: 'out-of-memory'; readonly sessionId: string; readonly at: string }
  | { readonly type: 'started'; readonly sessionId: string; readonly at: string }
  /** `exitCode` of the environment's first process. */
  | { readonly type: 'stopped'; readonly sessionId: string; readonly at: string; readonly exitCode: number | undefined }
  | { readonly type: 'removed'; readonly sessionId: string; readonly at: string };
