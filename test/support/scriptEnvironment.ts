import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { throwIfCancelled } from '../../src/engine/base/errors.ts';
import type { Exec, ExecCommand, RunCommand, RunResult } from '../../src/engine/runtime/contract.ts';
import { FakeEnvironment } from './fakeRuntime.ts';
import { gitVariables } from './localEnvironment.ts';

const tools = path.resolve(import.meta.dirname, '../../media/tools');

/**
 * Stands for a container where none is needed: a folder of the host, in which our own scripts and a test's commands run with the real git. Claude's
 * scripts are answered by the fake.
 */
export class ScriptEnvironment extends FakeEnvironment {
  override readonly workspaceFolder: string;
  /** Hears of each command that begins or has ended: the script's name or the program, and its first word. */
  onCommand: (when: 'begins' | 'ended', what: string) => void = () => undefined;
  readonly #state: string;

  /** `folder` is for this environment alone. */
  constructor(sessionId: string, folder: string) {
    super(sessionId);
    this.workspaceFolder = path.join(folder, 'workspaces/repo');
    this.#state = path.join(folder, 'claude');
    for (const one of [this.workspaceFolder, this.#state]) mkdirSync(one, { recursive: true });
  }

  override async exec(command: ExecCommand, signal?: AbortSignal): Promise<Exec> {
    if (isClaudes(command)) return super.exec(command, signal);
    await super.run({ command: ['true'] }, signal);
    const [file = '', ...args] = command.command.map((word) => this.#placed(word));
    const what = nameOf(command);
    this.onCommand('begins', what);
    const env = { ...process.env, ...gitVariables, ...command.variables };
    const cwd = command.cwd ?? this.workspaceFolder;
    const child = spawn(file, args, { cwd, env, stdio: 'pipe', detached: true });
    const end = (): void => {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    };
    signal?.addEventListener('abort', end, { once: true });
    const exitCode = new Promise<number | undefined>((resolve) => {
      child.once('error', () => {
        resolve(127);
      });
      child.once('close', (code) => {
        this.onCommand('ended', what);
        resolve(code ?? undefined);
      });
    });
    child.stdin.on('error', () => undefined);
    const { stdin, stdout, stderr } = child;
    const kill = (): Promise<void> => {
      end();
      return Promise.resolve();
    };
    return { stdin, stdout, stderr, exitCode, resize: () => Promise.resolve(), kill };
  }

  override async run(command: RunCommand, signal?: AbortSignal): Promise<RunResult> {
    if (isClaudes(command)) return super.run(command, signal);
    const exec = await this.exec(command, signal);
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    exec.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    exec.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    exec.stdin.end(command.input);
    const exitCode = await exec.exitCode;
    throwIfCancelled(signal);
    const most = command.maxBytes ?? 16 * 1024 * 1024;
    const stdout = Buffer.concat(out);
    return {
      exitCode,
      stdout: stdout.subarray(0, most),
      stderr: Buffer.concat(err).toString('utf8'),
      truncated: stdout.length > most,
    };
  }

  #placed(word: string): string {
    return word.replace(/^\/flotilla\/tools/, tools).replace(/^\/flotilla\/claude/, this.#state);
  }
}

const isClaudes = ({ command }: ExecCommand): boolean => /\/(?:supervise|tui|follow)\.sh$/.test(command[1] ?? '');

function nameOf({ command: [file, ...args] }: ExecCommand): string {
  const script = /\/([a-z-]+)\.sh$/.exec(args[0] ?? '')?.[1];
  // A script's workspace is no name.
  return [script ?? path.basename(file), ...args.filter((word) => /^-?[a-z-]+$/.test(word)).slice(0, 1)].join(' ');
}
