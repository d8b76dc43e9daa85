import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Context } from 'mocha';
import { sleep } from '../../src/engine/base/clock.ts';
import { newSessionId } from '../../src/engine/base/ids.ts';
import { silentLog } from '../../src/engine/base/log.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import type { Environment, EnvironmentSpec, Report } from '../../src/engine/runtime/contract.ts';
import { DevcontainerRuntime } from '../../src/engine/runtime/devcontainer/devcontainerRuntime.ts';
import { hostCertificates, requirePart } from './bed.ts';
import { labelled } from './leftovers.ts';

const root = path.resolve(import.meta.dirname, '../..');
export const noSignal: AbortSignal = new AbortController().signal;

/** A devcontainer runtime with a label scope and a folder of its own: also the bed of the contract's tests (test/contract). */
export interface RuntimeBed {
  readonly scope: string;
  readonly runtime: DevcontainerRuntime;
  readonly folder: string;
  readonly baseImage: string;
  /** What a small session asks for; the folders it names are there. */
  spec(more?: Partial<EnvironmentSpec>): Promise<EnvironmentSpec>;
  provision(more?: Partial<EnvironmentSpec>, report?: Report): Promise<Environment>;
  /** Containers, volumes and networks of this bed's scope. */
  leftovers(): Promise<string[]>;
  /** Another runtime on the same Docker; whoever asks closes it. */
  another(whose: 'same' | 'stranger'): Promise<DevcontainerRuntime>;
  /** Ends a container from outside. */
  kill(environment: Environment): Promise<void>;
  /** Removes a container from outside; its volumes stay. */
  lose(environment: Environment): Promise<void>;
  /** Leftovers of the scope, volumes that carry the session in their name, and processes of the host that name it. */
  traces(sessionId?: string): Promise<string[]>;
  /** Removes all that was made, and fails when something can't be removed. */
  readonly close: () => Promise<void>;
}

export async function openRuntimeBed(context: Context): Promise<RuntimeBed> {
  const baseImage = await requirePart(context, 'base image');
  await requirePart(context, 'claude image');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-runtime-'));
  const scope = `test-${randomBytes(6).toString('hex')}`;
  const runtime = await openRuntime({ scope, folder, baseImage });
  const spec = (more?: Partial<EnvironmentSpec>): Promise<EnvironmentSpec> => specIn(folder, more);
  return {
    scope,
    runtime,
    folder,
    baseImage,
    spec,
    provision: async (more, report = () => undefined) => await runtime.provision(await spec(more), report, noSignal),
    leftovers: () => labelled(`flotilla.scope=${scope}`),
    another: (whose) => openRuntime({ folder, baseImage, scope: whose === 'same' ? scope : `${scope}-other` }),
    kill: ({ id }) => docker('kill', id),
    lose: ({ id }) => docker('rm', '--force', id),
    traces: (sessionId) => tracesOf(scope, sessionId),
    close: async () => {
      await runtime.close();
      for (const { sessionId } of await runtime.list(noSignal)) await runtime.discard(sessionId, noSignal);
      await rm(folder, { recursive: true, force: true });
      assert.deepEqual(await labelled(`flotilla.scope=${scope}`), []);
    },
  };
}

/** Another runtime, as another engine (or the same one after a restart) would have it. */
export const openRuntime = (of: { scope: string; folder: string; baseImage: string }): Promise<DevcontainerRuntime> =>
  DevcontainerRuntime.open({
    log: silentLog,
    mediaFolder: path.join(root, 'media'),
    devcontainerCli: path.join(root, 'node_modules/@devcontainers/cli/devcontainer.js'),
    cacheFolder: path.join(of.folder, 'cache'),
    baseImage: of.baseImage,
    labelScope: of.scope,
  });

async function specIn(folder: string, more: Partial<EnvironmentSpec> = {}): Promise<EnvironmentSpec> {
  const sessionId = newSessionId();
  const own = path.join(folder, sessionId);
  const apiFolder = path.join(own, 'api');
  await mkdir(apiFolder, { recursive: true });
  return {
    sessionId,
    name: 'runtime-test',
    folder: own,
    workspaceFolder: '/workspaces/sample',
    limits: { memory: 256 * 1024 ** 2, cpus: 1, pids: 200 },
    network: 'bridge',
    apiFolder,
    certificates: hostCertificates(),
    variables: {},
    description: '{}',
    ...more,
  };
}

async function docker(...args: string[]): Promise<void> {
  const { exitCode, stderr } = await runOnHost({ file: 'docker', args });
  assert.equal(exitCode, 0, stderr);
}

async function tracesOf(scope: string, sessionId: string | undefined): Promise<string[]> {
  const found = await labelled(`flotilla.scope=${scope}`);
  if (sessionId === undefined) return found;
  // A container that is made when its volumes are gone makes them anew, without labels.
  const volumes = await runOnHost({ file: 'docker', args: ['volume', 'ls', '--quiet'] });
  const named = volumes.stdout.toString().split('\n');
  return [...found, ...named.filter((line) => line.includes(sessionId)), ...(await processesOf(sessionId))];
}

/** Those of the host that name the session. One that was killed is seen until it has got the time to end. */
async function processesOf(sessionId: string): Promise<string[]> {
  for (const until = Date.now() + 20_000; ;) {
    const { stdout } = await runOnHost({ file: 'ps', args: ['-eo', 'args'] });
    const lines = stdout.toString().split('\n');
    const found = lines.filter((line) => line.includes(sessionId));
    if (found.length === 0 || Date.now() > until) return found;
    await sleep(100);
  }
}

/** What a shell line prints inside; fails when it fails. */
export async function shell(environment: Environment, line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await environment.run({ command: ['sh', '-c', line] });
  assert.equal(exitCode, 0, stderr);
  return stdout.toString('utf8');
}

/** One value of `docker inspect`, as JSON. */
export async function inspected(id: string, field: string): Promise<string> {
  const { stdout } = await runOnHost({ file: 'docker', args: ['inspect', '--format', `{{json ${field}}}`, id] });
  return stdout.toString('utf8').trim();
}

/** Waits until something is so, at most `withinMs` milliseconds. */
export async function becomes(condition: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  for (const until = Date.now() + withinMs; Date.now() < until;) {
    if (await condition()) return;
    await sleep(20);
  }
  assert.fail(`was not so within ${withinMs} ms`);
}
