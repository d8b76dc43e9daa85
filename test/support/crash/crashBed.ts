import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EngineClient } from '../../../src/client/engineClient.ts';
import { sleep } from '../../../src/engine/base/clock.ts';
import type { FaultPoint } from '../../../src/engine/base/faultPoint.ts';
import { type HostResult, runOnHost } from '../../../src/engine/process/run.ts';
import type { Landing } from '../../../src/protocol/landing.ts';
import type { OperationInput, OperationName, OperationOutput } from '../../../src/protocol/operations.ts';
import type { Network, Session } from '../../../src/protocol/session.ts';
import { hostCertificates } from '../bed.ts';
import { eventually } from '../eventually.ts';
import { Flotilla } from '../flotilla.ts';
import { keepBoth } from '../homeBed.ts';
import { labelled } from '../leftovers.ts';
import { git, type SampleRepository, sampleRepository } from '../sampleRepository.ts';
import { bash } from '../sessions.ts';

/** What each session of a crash test does first: one commit, and one change that is not committed. */
export const task =
  'do: sed -i s/two/mine/ list.txt && git commit -qam Mine && echo loose > loose.txt; test -e .git/HEAD';

const files = { 'list.txt': 'one\ntwo\nthree\n', 'other.txt': 'other\n' };

type Variables = Readonly<Record<string, string>>;

/** A Flotilla whose engine dies where a test says, with sessions without a network and a scripted Claude that does as it is told. */
export class CrashBed {
  readonly flotilla: Flotilla;
  readonly client: EngineClient;
  readonly #faults: string;
  readonly #daemon: string | undefined;
  #repositories = 0;

  private constructor(parts: { flotilla: Flotilla; client: EngineClient; faults: string; daemon: string | undefined }) {
    this.flotilla = parts.flotilla;
    this.client = parts.client;
    this.#faults = parts.faults;
    this.#daemon = parts.daemon;
  }

  /** `more`: further variables of the engine, for what lies in this folder. `daemon`: where its Docker is, when not the usual one. */
  static async start(
    baseImage: string,
    more: (folder: string) => Variables = () => ({}),
    daemon?: string,
  ): Promise<CrashBed> {
    const told = { match: '^do: (.*)$', steps: [bash('$1'), { text: 'It is done.' }] };
    const flotilla = await Flotilla.start({
      baseImage,
      scenario: { rules: [keepBoth(), told] },
      env: (folder) => ({
        FLOTILLA_FAULT_FOLDER: path.join(folder, 'faults'),
        ...(daemon === undefined ? {} : { DOCKER_HOST: daemon }),
        ...more(folder),
      }),
    });
    const faults = path.join(flotilla.folder, 'faults');
    mkdirSync(faults);
    return new CrashBed({ flotilla, faults, daemon, client: await flotilla.connect() });
  }

  async repository(): Promise<SampleRepository> {
    this.#repositories += 1;
    const parent = path.join(this.flotilla.folder, `repository${String(this.#repositories)}`);
    mkdirSync(parent);
    return sampleRepository(parent, files);
  }

  call<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> {
    return this.client.call(name, input);
  }

  /** An operation during which the engine may die: what came of it is seen afterwards. */
  async attempt<N extends OperationName>(name: N, input: OperationInput<N>): Promise<void> {
    await this.client.call(name, input).catch(() => undefined);
  }

  /** Makes a session; one whose engine died before it answered is in the store all the same. */
  async create({ folder }: SampleRepository, prompt = task, network: Network = 'none'): Promise<string> {
    const certificates = hostCertificates();
    await this.attempt('session.create', { repository: folder, prompt, network, certificates });
    const { sessions } = await this.call('session.list', {});
    const made = sessions.find(({ repository }) => repository.source === folder);
    assert.ok(made !== undefined, 'no session was made');
    return made.id;
  }

  /** The engine dies when it next comes by this point. */
  arm(point: FaultPoint): void {
    writeFileSync(path.join(this.#faults, point), '');
  }

  /** Waits until the engine has come to the point, where it dies at once. */
  crashed(point: FaultPoint, ms = 60_000): Promise<void> {
    return eventually(
      () => !existsSync(path.join(this.#faults, point)),
      () => `the engine never came to ${point}`,
      ms,
    );
  }

  /** Points that were armed and never reached. */
  unreached(): string[] {
    return readdirSync(this.#faults);
  }

  /** The engine that answers now. */
  async enginePid(): Promise<number> {
    return (await this.call('system.info', {})).pid;
  }

  /** The `devcontainer up` that runs for this engine, or that will in a moment. */
  async upPid(): Promise<number> {
    for (const end = Date.now() + 30_000; Date.now() < end;) {
      const { stdout } = await runOnHost({ file: 'ps', args: ['-eo', 'pid=,args='] });
      const isUp = (line: string): boolean => /^ *\d+ \S*node\S* \S*devcontainer\.js up /.test(line);
      const lines = stdout.toString('utf8').split('\n');
      const pid = /\d+/.exec(lines.find((line) => isUp(line) && line.includes(this.flotilla.folder)) ?? '')?.[0];
      if (pid !== undefined) return Number(pid);
    }
    return assert.fail('`devcontainer up` never ran');
  }

  async killEngine(): Promise<void> {
    process.kill(await this.enginePid(), 'SIGKILL');
  }

  async session(id: string): Promise<Session> {
    return (await this.call('session.get', { session: id })).session;
  }

  async until(id: string, wish: (session: Session) => boolean, ms = 120_000): Promise<Session> {
    for (const end = Date.now() + ms; ;) {
      const session = await this.session(id);
      if (wish(session)) return session;
      await sleep(100);
      assert.ok(Date.now() < end, `the session stayed ${session.state}: ${JSON.stringify(session.reason)}`);
    }
  }

  /** Waits until the session's Claude has done what it was told. */
  done = (id: string, after = ''): Promise<Session> =>
    this.until(id, ({ state, endedAt = '' }) => state === 'completed' && endedAt > after);

  /** A session that has done its task. */
  async worked(repository: SampleRepository, prompt = task): Promise<string> {
    const id = await this.create(repository, prompt);
    await this.done(id);
    return id;
  }

  /** The session does one thing more, whatever state it is in. */
  async goesOn(id: string): Promise<Session> {
    const { endedAt } = await this.session(id);
    await this.call('session.send', { session: id, text: 'do: echo on >> on.txt; git add on.txt; git commit -qm On' });
    return this.done(id, endedAt);
  }

  /** Somebody else pushes a line to the same place. */
  async conflict({ folder }: SampleRepository): Promise<void> {
    await writeFile(path.join(folder, 'list.txt'), 'one\ntheirs\nthree\n');
    await git(folder, 'commit', '--quiet', '--all', '--message', 'By somebody else');
    await git(folder, 'push', '--quiet', 'origin', 'main');
  }

  async landing(id: string): Promise<Landing> {
    for (;;) {
      const { landing } = await this.call('landing.status', { session: id });
      if (landing === undefined) return assert.fail('the landing was forgotten');
      if (landing.state !== 'running') return landing;
      await sleep(100);
    }
  }

  /** Does what a person would, until the landing is over. */
  async landed(id: string): Promise<void> {
    for (let tries = 0; tries < 5; tries += 1) {
      const { state, stop } = await this.landing(id);
      if (state === 'landed') return;
      const isOpen = stop?.files.some((file) => file.state === 'open') === true;
      if (isOpen) await this.attempt('landing.resolve', { session: id });
      else await this.attempt('landing.continue', { session: id });
    }
    assert.fail(`it never landed: ${JSON.stringify((await this.landing(id)).reason)}`);
  }

  /** The docker command, past everything that stands between the engine and its Docker. */
  docker(...args: string[]): Promise<HostResult> {
    return runOnHost({ file: 'docker', args, env: this.#daemon === undefined ? {} : { DOCKER_HOST: this.#daemon } });
  }

  /** What Docker has of a session, or of all of them. */
  left(id?: string): Promise<string[]> {
    return labelled(
      id === undefined ? `flotilla.scope=${this.flotilla.scope}` : `flotilla.session=${id}`,
      this.#daemon,
    );
  }

  /** Runs a shell command in the session's container, in its workspace; gives what it printed. */
  async inside({ environment }: Session, command: string): Promise<string> {
    assert.ok(environment !== undefined, 'there is no environment');
    const args = ['exec', '--workdir', environment.workspaceFolder, environment.id, 'sh', '-c', command];
    const { exitCode, stdout, stderr } = await this.docker(...args);
    assert.equal(exitCode, 0, `${command}: ${stderr}`);
    return stdout.toString('utf8').trim();
  }

  async close(): Promise<void> {
    this.client.close();
    await this.flotilla.close();
  }
}
