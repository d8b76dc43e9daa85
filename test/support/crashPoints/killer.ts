import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Connection } from '../../../src/engine/git/incoming.ts';
import { gitVariables } from '../localEnvironment.ts';

export interface Run {
  readonly command: readonly string[];
  readonly input?: string | undefined;
}

/** When a command is killed. */
export interface KillPoint {
  /** Before the change of a file with this number; 0 counts alone. */
  readonly at: number;
  /** The process that would make it, and not all of the command. */
  readonly alone?: boolean | undefined;
}

export interface Killed {
  /** How many changes of files were counted. */
  readonly points: number;
  /** Where it was killed: program, call and path; empty when it was not. */
  readonly told: string;
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The same result each time: commits have the same ids. */
export const killVariables = {
  ...gitVariables,
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};

/** Runs commands and kills them at one of the changes that they make to files (killAt.c). */
export class Killer {
  // Without a space: LD_PRELOAD takes one for the end of a name.
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'flotilla-killer-'));
  readonly #library = path.join(this.#folder, 'killAt.so');
  readonly #count = path.join(this.#folder, 'count');
  readonly #told = path.join(this.#folder, 'told');

  constructor() {
    const source = path.join(import.meta.dirname, 'killAt.c');
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', this.#library, source, '-ldl']);
  }

  /** Runs a command; ends when the last process of it has. */
  async run(run: Run, point: KillPoint): Promise<Killed> {
    const connection = this.start(run, point);
    connection.toUploadPack.on('error', () => undefined).end(run.input ?? '');
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    connection.fromUploadPack.on('data', (chunk: Buffer) => out.push(chunk));
    connection.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const exitCode = await connection.end;
    return {
      exitCode,
      stdout: Buffer.concat(out),
      stderr: Buffer.concat(err).toString('utf8'),
      ...this.seen(),
    };
  }

  /** Starts one whose streams somebody else takes; `end` comes with the last process of it. */
  start({ command }: Run, { at, alone = false }: KillPoint): Connection & { readonly stderr: NodeJS.ReadableStream } {
    const variables = this.#variables(at, alone);
    const script = 'export FLOTILLA_KILL_GROUP=$$; exec env "$@"';
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const child = spawn('sh', ['-c', script, 'sh', ...settings, ...command], {
      env: { ...process.env, ...killVariables },
      detached: true,
      // Nobody writes to the last one: each process of the command has it until its end.
      stdio: ['pipe', 'pipe', 'pipe', 'ignore', 'ignore', 'pipe'],
    });
    const { stdin, stdout, stderr } = child;
    const stdio: readonly unknown[] = child.stdio;
    const life = stdio[5];
    if (stdin === null || stdout === null || stderr === null || !(life instanceof Readable))
      throw new Error('a child process came without its pipes');
    life.on('error', () => undefined).resume();
    const end = new Promise<number | undefined>((resolve) => {
      child.once('close', (code) => {
        resolve(code ?? undefined);
      });
    });
    return { toUploadPack: stdin, fromUploadPack: stdout, stderr, end };
  }

  /** Does something of this process, where of the programs that it starts the one is killed that comes to the point. */
  async around(work: () => Promise<unknown>, at: number): Promise<Pick<Killed, 'points' | 'told'>> {
    const variables = { ...this.#variables(at, true), FLOTILLA_KILL_GROUP: '0' };
    Object.assign(process.env, variables);
    try {
      await work().catch(() => undefined);
    } finally {
      for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    }
    return this.seen();
  }

  /** What was counted and told by the last command. */
  seen(): Pick<Killed, 'points' | 'told'> {
    let told = '';
    try {
      told = readFileSync(this.#told, 'utf8').trim();
    } catch {
      // It was not killed.
    }
    return { points: readFileSync(this.#count).readInt32LE(0), told };
  }

  #variables(at: number, alone: boolean): Record<string, string> {
    writeFileSync(this.#count, Buffer.alloc(8));
    rmSync(this.#told, { force: true });
    return {
      LD_PRELOAD: this.#library,
      FLOTILLA_KILL_COUNT: this.#count,
      FLOTILLA_KILL_AT: String(at),
      FLOTILLA_KILL_TOLD: this.#told,
      ...(alone ? { FLOTILLA_KILL_ONE: '1' } : {}),
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
