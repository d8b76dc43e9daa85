import { mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sleep } from '../../../src/engine/base/clock.ts';
import { LineSplitter } from '../../../src/engine/base/lines.ts';
import { type HostProcess, type HostResult, runOnHost, startOnHost } from '../../../src/engine/process/run.ts';

/** How long a daemon may take until it answers or until it has ended, in milliseconds. */
const withinMs = 60_000;

/** Namespaces of network, mounts and processes: its bridges, rules, mounts and containers end with the first process in them. */
const apart = ['--net', '--mount', '--pid', '--fork', '--mount-proc'];

/** Where a Docker daemon of a test's own can be run: its program. Rejects with why it can't be. */
export async function findOwnDocker(): Promise<string> {
  if (process.getuid?.() !== 0) throw new Error('only root may run a second Docker daemon');
  const args = [...apart, 'sh', '-c', 'command -v dockerd'];
  const { exitCode, stdout, stderr } = await runOnHost({ file: 'unshare', args });
  if (exitCode !== 0) throw new Error(`no second Docker daemon can be run: ${stderr || 'dockerd is not installed'}`);
  return stdout.toString('utf8').trim();
}

/**
 * A Docker daemon that a test may end, kill and start as it likes. It and its containerd, its containers, networks and mounts live in
 * namespaces whose first process is a shell that reads from this process: with either of the two all of them are gone.
 */
export class OwnDocker {
  readonly folder: string;
  readonly socket: string;
  /** Leads to the socket, or to where a test has led it. */
  readonly way: string;
  readonly #shell: HostProcess;
  readonly #waiting: ((line: string) => void)[] = [];

  /** The folder is on the disk, as the storage driver wants it. */
  static async start(): Promise<OwnDocker> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'fl-docker-'));
    const docker = new OwnDocker(folder);
    try {
      await mkdir(path.join(folder, 'data'));
      await docker.lead(docker.socket);
      // Where the machine has a containerd of its own, dockerd would take that one, which lives outside.
      await docker.#tell('[ ! -d /run/containerd ] || mount -t tmpfs apart /run/containerd');
      await docker.begin();
      return docker;
    } catch (error) {
      await docker.close();
      throw error;
    }
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.socket = path.join(folder, 'docker.sock');
    this.way = path.join(folder, 'way.sock');
    this.#shell = startOnHost({ file: 'unshare', args: [...apart, 'sh'], cwd: folder });
    this.#shell.ended.catch(() => undefined);
    this.#shell.stderr.resume();
    const lines = new LineSplitter((line) => this.#waiting.shift()?.(line), 4096);
    this.#shell.stdout.on('data', (chunk: Buffer) => {
      lines.write(chunk);
    });
  }

  /** What `DOCKER_HOST` has to be. */
  get host(): string {
    return `unix://${this.socket}`;
  }

  /** From now on who comes by the way gets to this socket. */
  async lead(socket: string): Promise<void> {
    await symlink(socket, `${this.way}.new`);
    await rename(`${this.way}.new`, this.way);
  }

  /** Starts the daemon and waits until it answers. `liveRestore`: containers go on without it, and it finds them again. */
  async begin({ liveRestore = false } = {}): Promise<void> {
    const more = liveRestore ? '--live-restore' : '';
    const places = '--data-root "$PWD/data" --exec-root "$PWD/exec" --pidfile "$PWD/pid" -H "unix://$PWD/docker.sock"';
    // Without systemd, which is outside as well.
    const options = `${places} --exec-opt native.cgroupdriver=cgroupfs ${more}`;
    await this.#tell(`dockerd ${options} >>log 2>&1 & daemon=$!`);
    for (const end = Date.now() + withinMs; Date.now() < end;) {
      const { exitCode } = await this.docker('version');
      if (exitCode === 0) return;
      await sleep(50);
    }
    throw new Error(`dockerd does not answer:\n${await this.#log()}`);
  }

  /** Asks the daemon to leave, as a package update does, and waits until it has. */
  async end(): Promise<void> {
    await this.#tell('kill -TERM $daemon; wait $daemon');
  }

  /** The daemon and its containerd are gone at once; what they have started is not. */
  async kill(): Promise<void> {
    const killed = 'kill -KILL $daemon $supervisor; wait $daemon';
    // Until it is reaped, the next daemon would take it for alive.
    const gone = 'while kill -0 $supervisor; do sleep 0.05; done';
    await this.#tell(`supervisor=$(cat exec/containerd/containerd.pid); ${killed}; ${gone}`);
  }

  /** Gives the daemon an image of the machine's own one. */
  async load(image: string): Promise<void> {
    const args = ['-c', 'docker save "$1" | docker --host "$2" load --quiet', 'sh', image, this.host];
    const { exitCode, stderr } = await runOnHost({ file: 'sh', args, timeoutMs: 3 * withinMs });
    if (exitCode !== 0) throw new Error(`${image} could not be loaded: ${stderr}`);
  }

  docker(...args: string[]): Promise<HostResult> {
    return runOnHost({ file: 'docker', args, env: { DOCKER_HOST: this.host }, timeoutMs: withinMs });
  }

  /** Ends everything; nothing is left. */
  async close(): Promise<void> {
    this.#shell.stdin.end();
    const ended = this.#shell.ended.then(
      () => true,
      () => true,
    );
    if (!(await Promise.race([ended, sleep(withinMs)]))) this.#shell.kill();
    await ended;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** Has the shell run a line to its end. */
  async #tell(line: string): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#waiting.push(() => {
        resolve();
      });
    });
    this.#shell.stdin.write(`${line}\necho done\n`);
    const isDone = await Promise.race([done.then(() => true), sleep(withinMs)]);
    if (isDone !== true) throw new Error(`\`${line}\` does not end:\n${await this.#log()}`);
  }

  async #log(): Promise<string> {
    const log = await readFile(path.join(this.folder, 'log'), 'utf8').catch(() => '');
    return log.trim().split('\n').slice(-8).join('\n');
  }
}
