import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { connect } from '../../src/client/connect.ts';
import { folders } from '../../src/client/folders.ts';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { sleep } from '../../src/engine/base/clock.ts';
import { shortHash } from '../../src/engine/base/ids.ts';
import type { Session } from '../../src/protocol/session.ts';
import { type HostCommand, type HostProcess, runOnHost, startOnHost } from '../../src/engine/process/run.ts';
import { hostCertificates } from './bed.ts';
import { labelled } from './leftovers.ts';
import { isLiving } from './processTable.ts';
import { sessionOf } from './sessions.ts';
import { type ScriptedApi, startScriptedApi } from './scriptedApi.ts';
import type { Scenario } from './scriptedApi/scenario.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** `npm run coverage` runs command and engine from their sources, where it can say which lines were reached. */
const fromSources = process.env['FLOTILLA_TEST_SOURCES'] === '1';
const cli = path.join(root, fromSources ? 'src/cli/main.ts' : 'dist/cli.cjs');
const engine = path.join(root, fromSources ? 'src/engine/main.ts' : 'dist/engine.cjs');

export interface FlotillaOptions {
  /** What the scripted model answers. */
  readonly scenario?: Scenario | undefined;
  /** What Flotilla's own image builds on. */
  readonly baseImage: string;
  /** More for the environment of the command and so of the engine; a function is told the folder that goes with this Flotilla. */
  readonly env?: Variables | ((folder: string) => Variables) | undefined;
}

type Variables = Readonly<Record<string, string>>;

export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const orphansSchema = z.object({ orphans: z.array(z.object({ sessionId: z.string() })) });
const listSchema = z.object({ sessions: z.array(z.looseObject({ id: z.string() })) });

/** The key that the scripted API is given: its shape is real, so that leak tests search for something that would be found. */
export const fakeKey = 'sk-ant-api03-flotilla-test-0123456789abcdefghijklmnopqrstuvwxyz-AA';

const packageVersion = (): string =>
  z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))).version;

/** Variables of whoever runs the tests, which must not reach into them. */
const foreignVariables = (): Record<string, undefined> =>
  Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(FLOTILLA|ANTHROPIC|CLAUDE)_/.test(name))
      .map((name) => [name, undefined]),
  );

/** A private Flotilla: the built command with a home of its own, a scripted API and a made-up key. Close it: it cleans up and checks that. */
export class Flotilla {
  readonly folder: string;
  readonly api: ScriptedApi;
  readonly env: Readonly<Record<string, string | undefined>>;

  private constructor(folder: string, api: ScriptedApi, options: FlotillaOptions) {
    this.folder = folder;
    this.api = api;
    this.env = {
      ...foreignVariables(),
      FLOTILLA_HOME: path.join(folder, 'home'),
      FLOTILLA_BASE_IMAGE: options.baseImage,
      FLOTILLA_IDLE_MS: '120000',
      ANTHROPIC_API_KEY: fakeKey,
      ANTHROPIC_BASE_URL: api.url,
      NO_COLOR: '1',
      ...(typeof options.env === 'function' ? options.env(folder) : options.env),
    };
  }

  static async start(options: FlotillaOptions): Promise<Flotilla> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'fl-'));
    await mkdir(path.join(folder, 'home'), { mode: 0o700 });
    const api = await startScriptedApi({ scenario: options.scenario });
    return new Flotilla(folder, api, options);
  }

  /** Arguments for `new` that this machine needs: its certificates, when it has some. */
  get buildArguments(): string[] {
    const certificates = hostCertificates();
    return certificates === undefined ? [] : ['--certificates', certificates];
  }

  /** The value of the label `flotilla.scope` on all that this engine makes. */
  get scope(): string {
    return shortHash(folders(this.env).data);
  }

  /** The command as a program to run on the host, with this Flotilla's environment. */
  commandLine(args: readonly string[]): HostCommand {
    return { file: process.execPath, args: [cli, ...args], cwd: this.folder, env: this.env, timeoutMs: 600_000 };
  }

  /** What happens when a disk loses the engine's store: the file is gone, environments are not. The engine must be stopped. */
  async forgetStore(): Promise<void> {
    const home = path.join(this.folder, 'home');
    for (const file of await readdir(home, { recursive: true }))
      if (path.basename(file).startsWith('flotilla.db')) await rm(path.join(home, file), { force: true });
  }

  /** Asks the engine to leave and waits until its process has ended: until then it may still write to its store. */
  async stopEngine(): Promise<void> {
    if ((await this.run(['engine', 'status'])).exitCode !== 0) return;
    const { pid } = await this.json(z.looseObject({ pid: z.number() }), ['engine', 'status']);
    await this.run(['engine', 'stop']);
    const end = Date.now() + 60_000;
    while (isLiving(pid)) {
      assert.ok(Date.now() < end, 'the engine does not leave');
      await sleep(20);
    }
  }

  /** Starts the command; its streams are the caller's. */
  spawn(args: readonly string[], signal?: AbortSignal): HostProcess {
    return startOnHost(this.commandLine(args), signal);
  }

  /** Runs the command to its end; an exit code is a result. */
  async run(args: readonly string[], signal?: AbortSignal): Promise<CommandResult> {
    const { exitCode, stdout, stderr } = await runOnHost(this.commandLine(args), signal);
    return { exitCode, stdout: stdout.toString('utf8'), stderr };
  }

  /** Runs the command with `--json` and gives what it printed, by a schema; rejects when it failed. */
  async json<S extends z.ZodType>(schema: S, args: readonly string[], signal?: AbortSignal): Promise<z.output<S>> {
    const { exitCode, stdout, stderr } = await this.run([...args, '--json'], signal);
    assert.equal(exitCode, 0, `flotilla ${args.join(' ')} ended with ${String(exitCode)}:\n${stdout}${stderr}`);
    return schema.parse(JSON.parse(stdout));
  }

  /** A face of this engine in this process, with the made-up key handed in. Close it before this. */
  connect(): Promise<EngineClient> {
    return connect({
      face: 'cli',
      start: 'if-needed',
      engineEntry: [process.execPath, engine],
      version: packageVersion(),
      env: { ...process.env, ...this.env },
      onEngine: async (client) => {
        const credential = { kind: 'api-key', value: fakeKey } as const;
        await client.call('credentials.set', { credential, upstream: this.api.url });
      },
    });
  }

  async sessionIds(): Promise<string[]> {
    const { sessions } = await this.json(listSchema, ['list']);
    return sessions.map(({ id }) => id);
  }

  /** Waits until a session is as wished; rejects with what it was instead after `ms` milliseconds. */
  async until(id: string, wish: (session: Session) => boolean, ms = 120_000): Promise<Session> {
    const end = Date.now() + ms;
    for (;;) {
      const session = await sessionOf(this, id);
      if (wish(session)) return session;
      assert.ok(Date.now() < end, `the session stayed ${session.state}: ${JSON.stringify(session.reason)}`);
      await sleep(200);
    }
  }

  /** Removes every session and stops the engine; rejects when something of them is left in Docker. */
  async close(): Promise<void> {
    const left: string[] = [];
    try {
      for (const id of await this.sessionIds()) await this.run(['remove', id, '--discard', '--yes']);
      const { orphans } = await this.json(orphansSchema, ['adopt']);
      for (const { sessionId } of orphans) await this.run(['remove', sessionId, '--orphan', '--yes']);
      await this.stopEngine();
      left.push(...(await labelled(`flotilla.scope=${this.scope}`, this.env['DOCKER_HOST'])));
    } finally {
      await this.api.close();
      await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
    assert.deepEqual(left, [], 'left behind in Docker');
  }
}
