import type { Readable } from 'node:stream';
import type { Resources } from '../../../protocol/operations.ts';
import { FlotillaError, throwIfCancelled } from '../../base/errors.ts';
import { LineSplitter } from '../../base/lines.ts';
import { Tail } from '../../base/tail.ts';
import type { Environment, EnvironmentFile, Exec, ExecCommand, Report, RunCommand, RunResult } from '../contract.ts';
import { type Docker, statusOf } from './docker.ts';
import { type Owner, parseOwner, putFiles } from './environmentFiles.ts';
import { startExec } from './execSession.ts';
import { dockerFailure } from './failures.ts';
import { isFullOfProcesses, resourceUse } from './resourceUse.ts';

const defaultMaxBytes = 16 * 1024 * 1024;
/** How long the first process has to end before it is killed. It is an idle shell: whoever wants Claude to finish asks it first. */
const stopWithinSeconds = 2;

export interface EnvironmentFacts {
  readonly sessionId: string;
  readonly id: string;
  readonly containerName?: string | undefined;
  readonly image: string;
  readonly user: string;
  readonly workspaceFolder: string;
  readonly description: string;
  readonly setup?: string | undefined;
}

/** A session's container, running or not. */
export class DevcontainerEnvironment implements Environment {
  readonly sessionId: string;
  readonly id: string;
  readonly name: string | undefined;
  readonly image: string;
  readonly user: string;
  readonly workspaceFolder: string;
  readonly description: string;
  readonly #docker: Docker;
  readonly #setup: string | undefined;
  #owner: Promise<Owner> | undefined;

  constructor(docker: Docker, facts: EnvironmentFacts, owner?: Owner) {
    this.#docker = docker;
    this.sessionId = facts.sessionId;
    this.id = facts.id;
    this.name = facts.containerName;
    this.image = facts.image;
    this.user = facts.user;
    this.workspaceFolder = facts.workspaceFolder;
    this.description = facts.description;
    this.#setup = facts.setup;
    this.#owner = owner === undefined ? undefined : Promise.resolve(owner);
  }

  async status(signal?: AbortSignal): Promise<'running' | 'stopped' | 'gone'> {
    try {
      const { running, leaving } = await this.#docker.inspect(this.id, signal);
      if (running) return 'running';
      return leaving ? 'gone' : 'stopped';
    } catch (error) {
      if (statusOf(error) === 404) return 'gone';
      throw dockerFailure(error, signal);
    }
  }

  exec(command: ExecCommand, signal?: AbortSignal): Promise<Exec> {
    const target = { docker: this.#docker, container: this.id, user: this.user, cwd: this.workspaceFolder };
    return startExec(target, command, signal);
  }

  async run(command: RunCommand, signal?: AbortSignal): Promise<RunResult> {
    const exec = await this.exec(command, signal);
    const maxBytes = command.maxBytes ?? defaultMaxBytes;
    const output = [collect(exec.stdout, maxBytes), collect(exec.stderr, maxBytes)] as const;
    exec.stdin.end(command.input);
    const [stdout, stderr] = await Promise.all(output);
    const exitCode = await exec.exitCode;
    throwIfCancelled(signal);
    const truncated = stdout.truncated || stderr.truncated;
    return { exitCode, stdout: stdout.bytes, stderr: stderr.bytes.toString('utf8'), truncated };
  }

  async writeFiles(files: readonly EnvironmentFile[], signal?: AbortSignal): Promise<void> {
    const owner = await this.#findOwner(signal);
    await this.#api(putFiles(this.#docker, this.id, files, { owner, signal }), signal);
  }

  async runSetup(report: Report, signal: AbortSignal): Promise<void> {
    const setup = this.#setup;
    if (setup === undefined) return;
    const step = { step: 'setup', title: 'Running the setup command', fraction: 0.9 } as const;
    report({ ...step, status: 'running' });
    // One stream, so that what it says stays in order.
    const exec = await this.exec({ command: ['sh', '-c', 'exec sh -c "$1" 2>&1', 'sh', setup] }, signal);
    exec.stdin.end();
    const tail = new Tail();
    const onLine = (line: string): void => {
      tail.write(`${line}\n`);
      if (line.trim() !== '') report({ ...step, status: 'running', detail: line.slice(0, 500) });
    };
    await Promise.all([eachLine(exec.stdout, onLine), eachLine(exec.stderr, onLine)]);
    const exitCode = await exec.exitCode;
    throwIfCancelled(signal);
    report({ ...step, status: exitCode === 0 ? 'done' : 'failed' });
    if (exitCode !== 0) throw setupFailed(exitCode, tail.lines());
  }

  async resources(signal?: AbortSignal): Promise<Resources | undefined> {
    if ((await this.status(signal)) !== 'running') return undefined;
    return await this.#api(resourceUse(this.#docker, this.id, signal), signal);
  }

  async isFull(signal?: AbortSignal): Promise<boolean> {
    return (await this.#api(isFullOfProcesses(this.#docker, this.id, signal), signal)) === true;
  }

  async stop(signal?: AbortSignal): Promise<void> {
    await this.#api(this.#docker.stop(this.id, stopWithinSeconds, signal), signal, 304);
  }

  async start(signal?: AbortSignal): Promise<void> {
    await this.#api(this.#docker.start(this.id, signal), signal, 304);
  }

  /** Who the user is in numbers: asked inside, once. */
  async #findOwner(signal: AbortSignal | undefined): Promise<Owner> {
    this.#owner ??= this.#askOwner(signal);
    try {
      return await this.#owner;
    } catch (error) {
      this.#owner = undefined;
      throw error;
    }
  }

  async #askOwner(signal: AbortSignal | undefined): Promise<Owner> {
    const { stdout } = await this.run({ command: ['sh', '-c', 'id -u; id -g'], cwd: '/', maxBytes: 100 }, signal);
    return parseOwner(stdout.toString());
  }

  /** Gives a refusal of Docker's its meaning; `fine` is the status that says that it is so already. */
  async #api<T>(request: Promise<T>, signal: AbortSignal | undefined, fine?: number): Promise<T | undefined> {
    try {
      return await request;
    } catch (error) {
      if (fine !== undefined && statusOf(error) === fine) return undefined;
      throw dockerFailure(error, signal);
    }
  }
}

function setupFailed(exitCode: number | undefined, lines: string): FlotillaError {
  const how = exitCode === undefined ? 'ended with its container' : `failed with exit code ${exitCode}`;
  return new FlotillaError('setup-failed', `The setup command ${how}. Its last lines say why.`, { detail: lines });
}

async function collect(stream: Readable, maxBytes: number): Promise<{ bytes: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (size < maxBytes) chunks.push(chunk.subarray(0, maxBytes - size));
    size += chunk.length;
  }
  return { bytes: Buffer.concat(chunks), truncated: size > maxBytes };
}

async function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = new LineSplitter(onLine, 16 * 1024);
  for await (const chunk of stream as AsyncIterable<Buffer>) lines.write(chunk);
  lines.end();
}
