import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SpawnError, runOnHost } from '../../src/engine/process/run.ts';

export interface DockerDaemon {
  readonly state: 'found' | 'started' | 'missing';
  /** What was found or done, or why there is none: one sentence. */
  readonly message: string;
  /** Ends the daemon if it was started here. */
  stop(): Promise<void>;
}

/** How long a daemon may take until it answers, in milliseconds. */
const startLimitMs = 60_000;
const nothing = (): Promise<void> => Promise.resolve();

/** The server's version, or why it does not answer. */
async function ask(): Promise<{ version: string } | { reason: string }> {
  try {
    const args = ['version', '--format', '{{.Server.Version}}'];
    const { exitCode, stdout, stderr } = await runOnHost({ file: 'docker', args, timeoutMs: 20_000 });
    const version = stdout.toString('utf8').trim();
    return exitCode === 0 && version !== '' ? { version } : { reason: stderr.split('\n').at(-1) ?? 'no answer' };
  } catch (error) {
    if (error instanceof SpawnError) return { reason: 'the command docker is not installed' };
    throw error;
  }
}

async function waitForAnswer(ended: () => boolean): Promise<string | undefined> {
  const until = Date.now() + startLimitMs;
  while (Date.now() < until && !ended()) {
    const answer = await ask();
    if ('version' in answer) return answer.version;
    await wait(300);
  }
  return undefined;
}

async function startDaemon(): Promise<DockerDaemon> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'flotilla-dockerd-'));
  const logFile = path.join(folder, 'dockerd.log');
  const log = openSync(logFile, 'w');
  const child = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const state = { ended: false };
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      state.ended = true;
      resolve();
    };
    child.once('error', end);
    child.once('exit', end);
  });
  child.unref();
  const stop = async (): Promise<void> => {
    if (!state.ended) {
      child.ref();
      child.kill('SIGTERM');
    }
    await Promise.race([ended, wait(20_000, undefined, { ref: false })]);
    await rm(folder, { recursive: true, force: true });
  };
  const version = await waitForAnswer(() => state.ended);
  if (version !== undefined)
    return { state: 'started', message: `Started dockerd ${version} (process ${String(child.pid)}).`, stop };
  const tail = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
  await stop();
  return { state: 'missing', message: `dockerd was started and did not answer:\n${tail}`, stop: nothing };
}

/** A daemon that is busy may leave one question without an answer: a second daemon beside it would be of no use. */
async function askPatiently(): ReturnType<typeof ask> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    if ('version' in answer || tries === 3 || !existsSync('/var/run/docker.sock')) return answer;
    await wait(1000);
  }
}

/** Finds a Docker daemon or, as root, starts one with its default settings; else says why there is none. */
export async function dockerDaemon(): Promise<DockerDaemon> {
  const answer = await askPatiently();
  if ('version' in answer)
    return { state: 'found', message: `Found a running Docker daemon, ${answer.version}.`, stop: nothing };
  if (process.getuid?.() !== 0 || process.env['DOCKER_HOST'] !== undefined)
    return { state: 'missing', message: `Docker does not answer: ${answer.reason}`, stop: nothing };
  return await startDaemon();
}
