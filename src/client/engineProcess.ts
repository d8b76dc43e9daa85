import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import type { Folders } from './folders.ts';
import { makeFolders, unusable } from './makeFolders.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Not passed on to the engine: credentials, which are handed over its socket and stay in memory, and what belongs to the place a
 * face happens to run in (a git hook, a debugger).
 */
const keptFromEngine = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_CUSTOM_HEADERS',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'VSCODE_INSPECTOR_OPTIONS',
];

/**
 * MB of each half of the heap's young part. V8's own 16 fill at the first burst and are not given back; with these an engine that has
 * started twenty sessions keeps 20 MB less.
 */
const smallYoung = '--max-semi-space-size=4';

/**
 * glibc's allocator: one arena instead of one for each thread, and freed pages go back at once. An engine with twelve live sessions keeps
 * 13 MB less so. Other allocators don't know these. The engine does not pass them on.
 *
 * @see https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
 */
const tightAllocator = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' };

const maxOutput = 1024 * 1024;

/** An engine that this face has started. It outlives the face. */
export class EngineProcess {
  /** How it ended, once it has. An engine that finds another one in its place ends with 0. */
  end: { readonly code: number | undefined; readonly error?: Error | undefined } | undefined;
  readonly #output: string;
  readonly #outputStart: number;

  /**
   * Starts `entry` (the program and its arguments) detached from this process. What it prints before its log is open goes to
   * `engine.out` in the log folder. `FLOTILLA_INSPECT` names a port of this machine for a debugger. Throws `config-invalid` when one of its
   * folders can't be, and `disk-full`.
   */
  constructor(entry: readonly string[], place: Folders, env: Environment) {
    this.#output = path.join(place.log, 'engine.out');
    // Those of the data as well, which may be elsewhere: an engine that can't make them would not be heard.
    makeFolders([place.log, place.data, place.cache]);
    const output = openOutput(this.#output);
    if (statSync(this.#output).size > maxOutput) truncateSync(this.#output);
    this.#outputStart = statSync(this.#output).size;
    const [file = process.execPath, ...args] = entry;
    const places = ['--data', place.data, '--run', place.run, '--log', place.log, '--cache', place.cache];
    const [program, ...words] = withoutCoreDumps([file, smallYoung, ...inspectOption(env), ...args, ...places]);
    const child = spawn(program, words, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output],
      env: engineEnvironment(env),
    });
    closeSync(output);
    child.on('error', (error) => {
      this.end = { code: undefined, error };
    });
    child.on('exit', (code) => {
      this.end ??= { code: code ?? undefined };
    });
    child.unref();
  }

  /** The last lines that it printed. */
  output(): string {
    const text = readFileSync(this.#output).subarray(this.#outputStart).toString('utf8');
    const error = this.end?.error === undefined ? [] : [this.end.error.message];
    return [...text.split('\n').filter((line) => line.trim() !== ''), ...error].slice(-20).join('\n');
  }
}

function openOutput(file: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (error) {
    throw unusable(path.dirname(file), error);
  }
}

/** The engine holds the user's key in memory: when it crashes, that must not be written to a disk. */
const withoutCoreDumps = (command: readonly string[]): [string, ...string[]] =>
  process.platform === 'win32'
    ? [command[0] ?? '', ...command.slice(1)]
    : ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh', ...command];

function engineEnvironment(env: Environment): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || keptFromEngine.includes(name) ? [] : [[name, value] as const],
  );
  // VS Code's own executable runs as Node only with the first.
  return { ...tightAllocator, ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1', ...trusted(env) };
}

/** What sessions are told to trust the engine needs as well, for its own way to the API. Node reads this when it starts. */
function trusted(env: Environment): Record<string, string> {
  const file = env['NODE_EXTRA_CA_CERTS'] || env['FLOTILLA_CERTIFICATES'];
  return file ? { NODE_EXTRA_CA_CERTS: path.resolve(file) } : {};
}

function inspectOption(env: Environment): string[] {
  const port = env['FLOTILLA_INSPECT'];
  return port !== undefined && /^\d{1,5}$/.test(port) ? [`--inspect=127.0.0.1:${port}`] : [];
}
