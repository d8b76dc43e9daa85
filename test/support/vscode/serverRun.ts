import { createWriteStream } from 'node:fs';
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { sleep } from '../../../src/engine/base/clock.ts';
import { type HostProcess, runOnHost, startOnHost } from '../../../src/engine/process/run.ts';
import { type CodeServer, codeServer } from './codeServer.ts';

export interface ServerOptions {
  /** More for the environment of the server and so of the extension host. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** User settings beside the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** A package to install before the start, or several. */
  readonly vsix?: string | readonly string[] | undefined;
  /** Lets a page name an extension under development and its tests; toasts are suppressed then. */
  readonly driver?: boolean | undefined;
  /** Ask whether a folder is trusted, as a user's Code does. */
  readonly trust?: boolean | undefined;
  /** Where it keeps everything; a folder of its own that is removed at the end, when absent. */
  readonly folder?: string | undefined;
  readonly port?: number | undefined;
}

/** What a page may name besides the folder it opens. */
export interface WindowOptions {
  readonly folder?: string | undefined;
  /** Folder of an extension under development, and the script of its tests. */
  readonly extension?: string | undefined;
  readonly tests?: string | undefined;
}

/** No welcome, no recommendations, no suggestions of other products: nothing but what is tested. */
const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
} as const;

/** The person's, and those of the machine that the server stands for: settings of that scope are read from there alone. */
const settingsFiles = ['user/User/settings.json', 'user/Machine/settings.json'] as const;
const settingsSchema = z.record(z.string(), z.unknown());
const startLimitMs = 120_000;

/** A running code-server of the caller's own. Close it: it ends the server, its extension hosts, and what it kept. */
export class ServerRun {
  readonly folder: string;
  readonly #process: HostProcess;
  readonly #isOurs: boolean;
  #origin = '';

  private constructor(process: HostProcess, place: { folder: string; isOurs: boolean }) {
    this.#process = process;
    this.folder = place.folder;
    this.#isOurs = place.isOurs;
  }

  static async start(options: ServerOptions = {}): Promise<ServerRun> {
    const server = await codeServer();
    const isOurs = options.folder === undefined;
    const folder = options.folder ?? (await mkdtemp(path.join(os.tmpdir(), 'fl-code-')));
    await prepare(folder, options);
    const env = environment(folder, options);
    for (const vsix of [options.vsix ?? []].flat()) await installExtension(server, folder, { env, vsix });
    const logFile = path.join(folder, 'server.log');
    await rm(logFile, { force: true });
    const process = startOnHost({ file: server.node, args: argumentsFor(server, folder, options), env });
    process.stdin.end();
    const log = createWriteStream(logFile);
    for (const stream of [process.stdout, process.stderr]) stream.pipe(log, { end: false });
    const run = new ServerRun(process, { folder, isOurs });
    try {
      await run.#answers();
    } catch (error) {
      await run.close();
      throw error;
    }
    return run;
  }

  /** Where it listens. */
  get origin(): string {
    return this.#origin;
  }

  /** The address of a window. */
  url({ folder, extension, tests }: WindowOptions): string {
    const url = new URL(this.origin);
    const remote = (place: string): string => `vscode-remote://${url.host}${place}`;
    if (folder !== undefined) url.searchParams.set('folder', folder);
    const payload: string[][] = [];
    if (extension !== undefined) payload.push(['extensionDevelopmentPath', remote(extension)]);
    if (tests !== undefined) payload.push(['extensionTestsPath', remote(tests)]);
    if (payload.length > 0) url.searchParams.set('payload', JSON.stringify([...payload, ['skipWelcome', 'true']]));
    return url.href;
  }

  /** Changes settings; windows that are loaded afterwards have them (the server watches files only with native modules that it lacks here). */
  async set(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const file = path.join(this.folder, settingsFiles[0]);
    const now = settingsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    await writeSettings(this.folder, { ...now, ...settings });
  }

  /** What the extension logged, for a test that failed. */
  async extensionLog(): Promise<string> {
    const texts: string[] = [];
    for await (const file of glob('user/logs/**/*lotilla*.log', { cwd: this.folder }))
      texts.push(await readFile(path.join(this.folder, file), 'utf8').catch(() => ''));
    return texts.join('\n');
  }

  /** What the server printed, for a test that failed. */
  log(): Promise<string> {
    return readFile(path.join(this.folder, 'server.log'), 'utf8').catch(() => '');
  }

  async close(): Promise<void> {
    this.#process.kill();
    await this.#process.ended.catch(() => undefined);
    if (this.#isOurs) await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #answers(): Promise<void> {
    const ended = new AbortController();
    const note = (): void => {
      ended.abort();
    };
    this.#process.ended.then(note, note);
    const until = Date.now() + startLimitMs;
    while (Date.now() < until && !ended.signal.aborted) {
      // Its port is its own choice, so that nobody can have taken it meanwhile.
      const [origin] = /(?<=HTTP server listening on )http:\/\/127\.0\.0\.1:\d+/.exec(await this.log()) ?? [];
      const answer = origin === undefined ? undefined : await fetch(`${origin}/healthz`).catch(() => undefined);
      if (origin !== undefined && answer?.ok === true) {
        this.#origin = origin;
        return;
      }
      await sleep(50, ended.signal);
    }
    throw new Error(`code-server did not answer:\n${await this.log()}`);
  }
}

async function prepare(folder: string, { settings, trust }: ServerOptions): Promise<void> {
  for (const name of ['user/User', 'user/Machine', 'extensions', 'home', 'tmp'])
    await mkdir(path.join(folder, name), { recursive: true });
  await writeSettings(folder, { ...quiet, 'security.workspace.trust.enabled': trust === true, ...settings });
  await writeFile(path.join(folder, 'config.yaml'), 'auth: none\n');
}

async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  for (const file of settingsFiles) await writeFile(path.join(folder, file), JSON.stringify(settings, undefined, 2));
}

/** Nothing of a Code that the tests are run from, and none of the user's own folders. */
function environment(folder: string, { env }: ServerOptions): Record<string, string | undefined> {
  const foreign = Object.keys(process.env).filter((name) => /^(VSCODE_|ELECTRON_|CODE_SERVER_|PORT$)/.test(name));
  return {
    ...Object.fromEntries(foreign.map((name) => [name, undefined])),
    HOME: path.join(folder, 'home'),
    TMPDIR: path.join(folder, 'tmp'),
    ...env,
  };
}

const places = (folder: string): string[] => [
  ...['--config', path.join(folder, 'config.yaml')],
  ...['--user-data-dir', path.join(folder, 'user')],
  ...['--extensions-dir', path.join(folder, 'extensions')],
];

const argumentsFor = (server: CodeServer, folder: string, options: ServerOptions): string[] => [
  ...[server.entry, ...places(folder), '--auth', 'none', '--bind-addr', `127.0.0.1:${options.port ?? 0}`],
  ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
  ...(options.trust === true ? [] : ['--disable-workspace-trust']),
  ...(options.driver === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
];

async function installExtension(
  server: CodeServer,
  folder: string,
  { env, vsix }: { env: Readonly<Record<string, string | undefined>>; vsix: string },
): Promise<void> {
  const args = [server.entry, ...places(folder), '--install-extension', vsix];
  const { exitCode, stdout, stderr } = await runOnHost({ file: server.node, args, env, timeoutMs: startLimitMs });
  if (exitCode !== 0) throw new Error(`${vsix} could not be installed:\n${stdout.toString('utf8')}${stderr}`);
}
