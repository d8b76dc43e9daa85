import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkpointCommand, type Checkpoint } from '../../src/engine/git/checkpoint.ts';
import { fillCommand, type Fill } from '../../src/engine/git/fill.ts';
import type { Connection } from '../../src/engine/git/incoming.ts';
import { fetchCommand } from '../../src/engine/git/sendMirror.ts';
import { uploadPackCommand } from '../../src/engine/git/uploadPack.ts';

const tools = path.resolve(import.meta.dirname, '../../media/tools');

/** Git variables that would make tests depend on who runs them. */
export const gitVariables = {
  /** Tells a planted program that it runs where it may. */
  FLOTILLA_TEST_INSIDE: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

/** A folder for one test, removed with everything in it. */
export class Scratch {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'flotilla git-'));

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs git as a user would, and answers what it writes. Throws when it fails. */
export function git(folder: string, ...args: string[]): string {
  const env = { ...process.env, ...gitVariables };
  return execFileSync('git', ['-C', folder, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** Writes files; a name with slashes makes folders. */
export function write(folder: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
}

export function commit(folder: string, files: Record<string, string>, message = 'Change'): string {
  write(folder, files);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', message);
  return git(folder, 'rev-parse', 'HEAD');
}

/** A repository with one commit on `main`. */
export function makeRepository(folder: string): string {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet', '-b', 'main');
  return commit(folder, { 'README.md': 'hello\n' }, 'Begin');
}

/** What stands for an environment where no Docker is needed: a folder, and processes of the host. */
export class LocalEnvironment {
  readonly workspace: string;
  readonly #state: string;

  constructor(folder: string) {
    this.workspace = path.join(folder, 'workspace');
    this.#state = path.join(folder, 'state');
  }

  fill(fill: Omit<Fill, 'workspace' | 'tools' | 'identity'>): void {
    const identity = { name: 'Ada "the" \\ Countess', email: 'ada@example.org' };
    const { command, input } = fillCommand({ ...fill, workspace: this.workspace, identity, tools });
    this.run(command, input);
  }

  run(command: readonly string[], input = ''): Buffer {
    const [file = '', ...args] = command;
    return execFileSync(file, args, {
      input,
      env: { ...process.env, ...gitVariables },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  checkpoint(): Checkpoint {
    const { command, parse } = checkpointCommand(this.workspace, { tools, state: this.#state });
    return parse({ exitCode: 0, stdout: this.run(command), stderr: '' });
  }

  /** Upload-pack in the workspace. */
  connect = (signal: AbortSignal): Promise<Connection> => this.start(uploadPackCommand(this.workspace), signal);

  /** The first half of a fill without mounted objects. */
  fetch =
    (base: string) =>
    (signal: AbortSignal): Promise<Connection> =>
      this.start(fetchCommand(this.workspace, base, tools), signal);

  start(command: readonly string[], signal: AbortSignal): Promise<Connection> {
    const [file = '', ...args] = command;
    const child = spawn(file, args, { env: { ...process.env, ...gitVariables }, stdio: ['pipe', 'pipe', 'ignore'] });
    signal.addEventListener('abort', () => child.kill());
    child.stdin.on('error', () => undefined);
    const end = new Promise<number | undefined>((resolve) => {
      child.once('close', (code) => {
        resolve(code ?? undefined);
      });
    });
    return Promise.resolve({ toUploadPack: child.stdin, fromUploadPack: child.stdout, end });
  }
}
