import { randomBytes } from 'node:crypto';
import { type Duplex, Writable } from 'node:stream';
import { setTimeout as later } from 'node:timers/promises';
import { sleep } from '../../base/clock.ts';
import { throwIfCancelled } from '../../base/errors.ts';
import { type Exec, type ExecCommand, places } from '../contract.ts';
import { demultiplex } from './demultiplexer.ts';
import { type Docker, statusOf } from './docker.ts';
import { dockerFailure } from './failures.ts';

/** Where an exec runs when its command doesn't say. */
export interface ExecTarget {
  readonly docker: Docker;
  readonly container: string;
  readonly user: string;
  readonly cwd: string;
}

/** The variable by which the processes of an exec are recognised inside (media/tools/endExec.sh). */
const marker = 'FLOTILLA_EXEC';
/** Says when it is through, and whether there was anything. */
const endScript = `sh ${places.tools}/endExec.sh "$1"; [ $? -eq 3 ] && echo none || echo ended`;
/** How long the daemon may take to tell the exit code after the streams have ended, in milliseconds. */
const exitCodeWithinMs = 10_000;
/** How long Docker is waited for that has lost sight of a command, and how often it is asked, in milliseconds. */
const [unseenWithinMs, unseenRetryMs] = [120_000, 500];
/** How long ending a command inside may take, how long one is waited for that has not begun, and how often it is looked for, in milliseconds. */
const [endsWithinMs, beginsWithinMs, beginsRetryMs] = [10_000, 10_000, 50];
/** How long a killed command's streams may stay open, in milliseconds: something that was detached may hold them. */
const streamsEndWithinMs = 3000;
/**
 * Exit codes that may mean that the container ended, and when to look whether it did, in milliseconds: its own end may come to the
 * daemon's knowledge a little after that of what ran in it. 137 is killed by force; 126 and 127 could not even begin.
 */
const lookAfterMs: Readonly<Record<number, readonly number[]>> = { 126: [0, 50], 127: [0, 50], 137: [0, 50] };
const killedByForce = 137;
/** When to look again after that where nothing can be run in the container any more. */
const dyingLookAfterMs = [100, 200, 400, 800, 1600];

/** Starts a command in a container through the Engine API. Rejects with `environment-gone` when the container doesn't run. */
export async function startExec(target: ExecTarget, command: ExecCommand, signal?: AbortSignal): Promise<Exec> {
  throwIfCancelled(signal);
  const mark = randomBytes(6).toString('hex');
  const { tty, user = target.user } = command;
  const request = {
    command: command.command,
    cwd: command.cwd ?? target.cwd,
    user,
    tty: tty !== undefined,
    variables: Object.entries({ ...command.variables, [marker]: mark }).map(([key, value]) => `${key}=${value}`),
  };
  const { id, connection } = await target.docker.startExec(target.container, request).catch((error: unknown) => {
    throw dockerFailure(error, signal);
  });
  const running = new RunningExec({ ...target, user }, { id, connection, mark, isFramed: tty === undefined });
  running.endWith(signal);
  if (tty !== undefined) await running.resize(tty.cols, tty.rows);
  return running;
}

class RunningExec implements Exec {
  readonly stdin: Writable;
  readonly stdout: Exec['stdout'];
  readonly stderr: Exec['stderr'];
  readonly exitCode: Promise<number | undefined>;
  readonly #target: ExecTarget;
  readonly #id: string;
  readonly #mark: string;
  readonly #connection: Duplex;
  #hasEnded = false;
  #noted: number | undefined;

  constructor(target: ExecTarget, started: { id: string; connection: Duplex; mark: string; isFramed: boolean }) {
    this.#target = target;
    this.#id = started.id;
    this.#mark = started.mark;
    this.#connection = started.connection;
    this.#connection.on('error', () => undefined);
    this.stdin = halfCloseable(this.#connection);
    const { stdout, stderr, ended } = demultiplex(this.#connection, started.isFramed);
    this.stdout = stdout;
    this.stderr = stderr;
    this.exitCode = ended.then(() => this.#readExitCode());
    this.exitCode.catch(() => undefined);
  }

  endWith(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const kill = (): void => void this.kill();
    if (signal.aborted) kill();
    signal.addEventListener('abort', kill, { once: true });
    void this.exitCode.finally(() => {
      signal.removeEventListener('abort', kill);
    });
  }

  async resize(cols: number, rows: number): Promise<void> {
    try {
      await this.#target.docker.resizeExec(this.#id, cols, rows);
    } catch (error) {
      // The command may end at any moment; a size is of no use to it then.
      if (statusOf(error) === undefined) throw dockerFailure(error);
    }
  }

  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    // Docker tells of no end in the container before all that an ended command said is read: whoever reads is not to be waited for.
    for (const stream of [this.stdout, this.stderr]) if (stream.readableFlowing === null) stream.resume();
    // Nothing runs in a container that does not run.
    await this.#endBegun().catch(() => undefined);
    await Promise.race([this.exitCode.catch(() => undefined), sleep(streamsEndWithinMs)]);
    await this.#noteExitCode();
    this.#connection.destroy();
    for (const stream of [this.stdout, this.stderr]) stream.resume();
  }

  /** Docker hands a command over before its process is there: whoever is ended in that moment is to be ended when it is. */
  async #endBegun(): Promise<void> {
    for (const until = performance.now() + beginsWithinMs; performance.now() < until;) {
      if ((await this.#endProcesses()) || this.#hasEnded) return;
      const { running, exitCode } = await this.#target.docker.inspectExec(this.#id);
      if (!running && exitCode !== undefined) return;
      await sleep(beginsRetryMs);
    }
  }

  /** False when nothing of the command was there. */
  async #endProcesses(): Promise<boolean> {
    return !(await this.#says(['sh', '-c', endScript, 'sh', this.#mark])).includes('none');
  }

  /** The first that another command in the container says, nothing when it takes long. Rejects where it can't be started. */
  async #says(command: readonly string[]): Promise<Buffer> {
    const { docker, container, user } = this.#target;
    const { connection } = await docker.startExec(container, { command, cwd: '/', user, tty: false, variables: [] });
    connection.on('error', () => undefined);
    const said = new Promise<unknown>((resolve) => connection.once('data', resolve).once('close', resolve));
    const answer = await Promise.race([said, sleep(endsWithinMs)]);
    connection.destroy();
    return answer instanceof Buffer ? answer : Buffer.alloc(0);
  }

  /**
   * Docker has lost sight of the command: it restarted, and where containers go on without it (`live-restore`) so does the command, with
   * nobody to read what it says and nobody to end it. Never rejects.
   */
  async #endUnseen(): Promise<void> {
    for (const until = performance.now() + unseenWithinMs; performance.now() < until;) {
      await later(unseenRetryMs, undefined, { ref: false });
      try {
        if ((await this.#target.docker.inspect(this.#target.container)).running) await this.#endProcesses();
        return;
      } catch (error) {
        if (statusOf(error) === 404) return;
      }
    }
  }

  /** Docker gives another one once the connection is broken. */
  async #noteExitCode(): Promise<void> {
    if (this.#hasEnded) return;
    const { running, exitCode } = await this.#target.docker
      .inspectExec(this.#id)
      .catch(() => ({ running: true, exitCode: undefined }));
    if (!running) this.#noted = exitCode;
  }

  async #readExitCode(): Promise<number | undefined> {
    const until = performance.now() + exitCodeWithinMs;
    try {
      for (let wait = 2; performance.now() < until; wait = Math.min(wait * 2, 100)) {
        const { running, exitCode: told } = await this.#target.docker.inspectExec(this.#id);
        const exitCode = this.#noted ?? told;
        if (!running && exitCode !== undefined) return (await this.#diedWithContainer(exitCode)) ? undefined : exitCode;
        await sleep(wait);
      }
      return undefined;
    } catch {
      void this.#endUnseen();
      return undefined;
    } finally {
      this.#hasEnded = true;
    }
  }

  async #diedWithContainer(exitCode: number): Promise<boolean> {
    for (const wait of lookAfterMs[exitCode] ?? []) {
      await sleep(wait);
      if (!(await this.#runs())) return true;
    }
    if (exitCode !== killedByForce || (await this.#isAlive())) return false;
    for (const wait of dyingLookAfterMs) {
      await sleep(wait);
      if (!(await this.#runs())) return true;
    }
    return false;
  }

  async #runs(): Promise<boolean> {
    return (await this.#target.docker.inspect(this.#target.container)).running;
  }

  /** Something can be run in the container: that says more than Docker, whose news may be late. */
  async #isAlive(): Promise<boolean> {
    return (await this.#says(['echo', this.#mark]).catch(() => '')).includes(this.#mark);
  }
}

/** Ending it tells the command that its input is over, while its output goes on. */
function halfCloseable(connection: Duplex): Writable {
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      // A command that has ended takes no more input: that is no fault of whoever writes.
      connection.write(chunk, () => done());
    },
    final: (done) => {
      connection.end(() => done());
    },
  });
  stdin.on('error', () => undefined);
  return stdin;
}
