import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Context } from 'mocha';
import { sleep } from '../../src/engine/base/clock.ts';
import type { Closable } from '../../src/engine/base/lifecycle.ts';
import { silentLog } from '../../src/engine/base/log.ts';
import { claudeVariables } from '../../src/engine/claude/commandLine.ts';
import { configFiles } from '../../src/engine/claude/configFiles.ts';
import { Credentials } from '../../src/engine/gateway/credentials.ts';
import { Gateway, type Trouble } from '../../src/engine/gateway/gateway.ts';
import type { UsageDelta } from '../../src/engine/gateway/usageMeter.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import type { Environment } from '../../src/engine/runtime/contract.ts';
import { DevcontainerEnvironment } from '../../src/engine/runtime/devcontainer/devcontainerEnvironment.ts';
import { Docker } from '../../src/engine/runtime/devcontainer/docker.ts';
import { type ScriptedApi, startScriptedApi } from './scriptedApi.ts';
import type { Scenario } from './scriptedApi/scenario.ts';
import { skipFor } from './skips.ts';

export const workspaceFolder = '/workspaces/demo';
/** What the gateway holds; no test may find it inside. */
export const realKey = 'sk-ant-api03-the-real-key-that-stays-outside-0123456789';

/** A container without network in which the real Claude Code runs, and a gateway to a scripted API: no other part of Flotilla. */
export interface ClaudeEnvironment {
  readonly environment: Environment;
  readonly api: ScriptedApi;
  /** The session's socket, and how to open it again after it was closed. */
  readonly door: Closable;
  reopenDoor(): Promise<Closable>;
  readonly credentials: Credentials;
  readonly usage: UsageDelta[];
  readonly troubles: Trouble[];
  /** Runs a shell line inside and returns what it printed. */
  shell(line: string): Promise<string>;
  close(): Promise<void>;
}

export async function startClaudeEnvironment(context: Context, scenario: Scenario = {}): Promise<ClaudeEnvironment> {
  const image = process.env['FLOTILLA_TEST_IMAGE'];
  if (image === undefined) return skipFor(context, 'FLOTILLA_TEST_IMAGE names no image with Claude Code');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-claude-'));
  const apiFolder = path.join(folder, 'api');
  await mkdir(apiFolder);
  const api = await startScriptedApi({ scenario });
  const credentials = new Credentials(silentLog);
  credentials.set({ credential: { kind: 'api-key', value: realKey }, upstream: api.url });
  const usage: UsageDelta[] = [];
  const troubles: Trouble[] = [];
  const gateway = new Gateway({
    log: silentLog,
    credentials,
    onUsage: (_session, delta) => usage.push(delta),
    onTrouble: (_session, trouble) => troubles.push(trouble),
  });
  const reopenDoor = (): Promise<Closable> => gateway.open('testtest', apiFolder);
  const door = await reopenDoor();
  const id = await startContainer(image, apiFolder);
  const facts = { sessionId: 'testtest', id, image, user: 'node', workspaceFolder, description: '' };
  const environment = new DevcontainerEnvironment(new Docker(), facts);
  const shell = async (line: string): Promise<string> => {
    const result = await environment.run({ command: ['sh', '-c', line], cwd: '/' });
    return result.stdout.toString('utf8');
  };
  await shell(`mkdir -p ${workspaceFolder} && cd ${workspaceFolder} && git init -q .`);
  await environment.writeFiles(configFiles({ workspaceFolder, permissionMode: 'bypassPermissions' }));
  const close = async (): Promise<void> => {
    await runOnHost({ file: 'docker', args: ['rm', '--force', '--volumes', id] });
    await gateway.close();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { environment, api, door, reopenDoor, credentials, usage, troubles, shell, close };
}

async function startContainer(image: string, apiFolder: string): Promise<string> {
  await chmod(path.dirname(apiFolder), 0o700);
  const tools = path.resolve(import.meta.dirname, '../../media/tools');
  const variables = Object.entries({ ...claudeVariables(), CLAUDE_CODE_MAX_RETRIES: '8' });
  const { exitCode, stdout, stderr } = await runOnHost({
    file: 'docker',
    args: [
      ...['run', '--detach', '--init', '--network', 'none', '--cap-drop', 'ALL'],
      ...['--security-opt', 'no-new-privileges', '--name', `flotilla-claude-test-${randomBytes(4).toString('hex')}`],
      ...['--mount', `type=bind,source=${apiFolder},target=/flotilla/api,readonly`],
      ...['--mount', `type=bind,source=${tools},target=/flotilla/tools,readonly`],
      ...variables.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...[image, 'sleep', 'infinity'],
    ],
  });
  assert.equal(exitCode, 0, stderr);
  return stdout.toString('utf8').trim();
}

/** Looks every 50 ms until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `did not happen within ${ms} ms: ${what}`);
    await sleep(50);
  }
}
