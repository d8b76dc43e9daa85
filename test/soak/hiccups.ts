import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Docker } from '../../src/engine/runtime/devcontainer/docker.ts';
import { type HostProcess, livingProcesses, treeOf } from '../support/processTable.ts';
import type { Random } from './random.ts';

/** How long a process is stopped, and at most until the next one is, in milliseconds. */
const [stops, pauseMs] = [[50, 100, 200, 400, 800, 1300], 250] as const;

/**
 * Stops processes for a moment, one after another, as a busy machine does: what waits for one thing and looks at another is found so. Only
 * processes that this one has begun, and those of sessions' containers that came after it, with what Docker runs them by.
 */
export class Hiccups {
  readonly #random: Random;
  readonly #foreign: ReadonlySet<string>;
  readonly #docker: Docker;
  readonly #counts = new Map<string, number>();
  readonly #ending = new AbortController();
  readonly #over: Promise<void>;
  #stopped: number | undefined;

  private constructor(random: Random, docker: Docker, foreign: ReadonlySet<string>) {
    this.#random = random;
    this.#docker = docker;
    this.#foreign = foreign;
    process.once('exit', this.#goOn);
    // A signal by itself would end this process without a word to the one that it stopped.
    for (const signal of endings) process.once(signal, leave);
    this.#over = this.#run();
  }

  static async start(random: Random): Promise<Hiccups> {
    const docker = new Docker();
    return new Hiccups(random, docker, new Set(await sessionContainers(docker).catch(() => [])));
  }

  /** Says what was stopped, and how often. */
  async end(): Promise<string> {
    this.#ending.abort();
    await this.#over;
    process.removeListener('exit', this.#goOn);
    for (const signal of endings) process.removeListener(signal, leave);
    return [...this.#counts].map(([name, count]) => `${name} ${String(count)}`).join(', ');
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const processes = await this.#processes();
      if (processes.length > 0) await this.#stop(processes);
      await sleep(this.#random.number(pauseMs));
    }
  }

  async #stop(processes: readonly HostProcess[]): Promise<void> {
    // By name first, or the many shells would get it all.
    const name = this.#random.pick([...new Set(processes.map((one) => one.name))]);
    const { pid } = this.#random.pick(processes.filter((one) => one.name === name));
    if (!signalled(pid, 'SIGSTOP')) return;
    this.#stopped = pid;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    await sleep(this.#random.pick(stops));
    this.#goOn();
  }

  readonly #goOn = (): void => {
    if (this.#stopped !== undefined) signalled(this.#stopped, 'SIGCONT');
    this.#stopped = undefined;
  };

  async #processes(): Promise<HostProcess[]> {
    const containers = await sessionContainers(this.#docker).catch(() => []);
    const own = containers.filter((id) => !this.#foreign.has(id));
    const all = livingProcesses();
    const shims = all.filter((one) => one.name.startsWith('containerd-shim') && runsOne(one.pid, own));
    return treeOf([process.pid, ...shims.map(({ pid }) => pid)], all).filter(({ pid }) => pid !== process.pid);
  }
}

/** What Docker runs a container by has the container's id among its arguments. */
function runsOne(pid: number, containers: readonly string[]): boolean {
  try {
    const words = readFileSync(`/proc/${String(pid)}/cmdline`, 'latin1').split('\0');
    return containers.some((id) => words.includes(id));
  } catch {
    return false;
  }
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const leave = (): never => process.exit(1);

const sessionContainers = async (docker: Docker): Promise<string[]> =>
  (await docker.containers(['flotilla.scope'])).map(({ id }) => id);

function signalled(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
