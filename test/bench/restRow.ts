import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { sleep } from '../../src/engine/base/clock.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import type { Flotilla } from '../support/flotilla.ts';
import type { Row } from './measure.ts';
import type { StartBed } from './startRows.ts';

/** Says that it works, and then nothing more: fifty real ones would want more memory than a machine for tests has. */
const quietClaude = `FROM $IMAGE
USER root
RUN claude=$(command -v claude); rm -f "$claude"; { echo '#!/bin/sh'; \\
 echo "echo '{\\"type\\":\\"system\\",\\"subtype\\":\\"init\\",\\"session_id\\":\\"8a2f3c1e-5b7d-4e90-a1c2-3d4e5f607182\\",\\"model\\":\\"none\\"}'"; \\
 echo 'exec sleep 2147483647'; } >"$claude"; chmod 755 "$claude"
USER node
`;

const settleMs = 20_000;
/** As long as it takes for each session to be saved once. */
const watchMs = 300_000;
const limits = { memory: 128 * 1024 * 1024, cpus: 0.2, pids: 64 };

async function quietImage({ folder, image }: StartBed): Promise<string> {
  const context = await mkdtemp(path.join(folder, 'quiet-'));
  await writeFile(path.join(context, 'Dockerfile'), quietClaude.replace('$IMAGE', image));
  const tag = `flotilla-bench/quiet:${path.basename(context).toLowerCase()}`;
  const { exitCode, stderr } = await runOnHost({ file: 'docker', args: ['build', '--quiet', '--tag', tag, context] });
  await rm(context, { recursive: true });
  if (exitCode !== 0) throw new Error(`the quiet image could not be built: ${stderr}`);
  return tag;
}

/** Seconds of processor time that a process has had. */
function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? '0') / 1024;

interface RestBed extends StartBed {
  readonly flotilla: Flotilla;
}

/**
 * What the engine takes while so many sessions live and none of them says anything, and how long after being killed it has all of them
 * again.
 */
export async function atRest(bed: RestBed, sessions: number): Promise<Row[]> {
  const { client } = bed;
  const image = await quietImage(bed);
  const { folder: repository } = await sampleRepository(bed.folder, undefined, 'meadow');
  const made: string[] = [];
  try {
    for (let number = 0; number < sessions; number += 1) {
      const input = { repository, prompt: 'rest', network: 'none' as const, image, limits };
      made.push((await client.call('session.create', input)).session.id);
    }
    await allRun(client, sessions);
    await sleep(settleMs);
    const { pid } = await client.call('system.info', {});
    const before = processorSeconds(pid);
    await sleep(watchMs);
    const percent = ((processorSeconds(pid) - before) / (watchMs / 1000)) * 100;
    const rows = rowsOf(sessions, percent, residentMb(pid));
    return [...rows, await takenUp(bed.flotilla, pid, made)];
  } finally {
    // What stays, the end of the bench names.
    await removeAll(bed.flotilla, made).catch(() => undefined);
    await runOnHost({ file: 'docker', args: ['rmi', image] });
  }
}

async function removeAll(flotilla: Flotilla, sessions: readonly string[]): Promise<void> {
  const client = await flotilla.connect();
  for (const id of sessions) await client.call('session.remove', { session: id, discard: true });
  client.close();
}

/** From the start of an engine in place of one that was killed until it has looked at every session: only then it changes any. */
async function takenUp(flotilla: Flotilla, pid: number, sessions: readonly string[]): Promise<Row> {
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await sleep(5);
  const start = performance.now();
  const client = await flotilla.connect();
  await client.call('session.stop', { session: 'nobody' }).catch(() => undefined);
  const ms = performance.now() - start;
  await allRun(client, sessions.length);
  client.close();
  const name = `an engine's start until ${String(sessions.length)} live sessions are taken up again`;
  return { name, median: ms, goal: 'none', met: true, samples: [ms] };
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${String(pid)}`);

function rowsOf(sessions: number, percent: number, memory: number): Row[] {
  const name = `engine at rest with ${String(sessions)} live sessions`;
  return [
    { name: `${name}: of a core`, unit: '%', median: percent, goal: '< 1 %', met: percent < 1, samples: [percent] },
    { name: `${name}: memory`, unit: 'MB', median: memory, goal: '< 150 MB', met: memory < 150, samples: [memory] },
  ];
}

async function allRun(client: EngineClient, count: number): Promise<void> {
  for (const end = Date.now() + 1_200_000; Date.now() < end;) {
    await sleep(500);
    const { sessions } = await client.call('session.list', {});
    const failed = sessions.find(({ state }) => state === 'failed');
    if (failed !== undefined) throw new Error(`a session failed: ${failed.reason.message}`);
    if (sessions.filter(({ state, activity }) => state === 'running' && activity !== undefined).length >= count) return;
  }
  throw new Error('not all sessions came to run');
}
