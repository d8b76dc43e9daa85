import { PassThrough } from 'node:stream';
import type { Check, Resources } from '../../src/protocol/operations.ts';
import { FlotillaError, throwIfCancelled } from '../../src/engine/base/errors.ts';
import type { Closable } from '../../src/engine/base/lifecycle.ts';
import type {
  Environment,
  EnvironmentEvent,
  EnvironmentSpec,
  Exec,
  ExecCommand,
  FoundEnvironment,
  Report,
  RunCommand,
  RunResult,
  Runtime,
} from '../../src/engine/runtime/contract.ts';
import { FakeClaude } from './fakeClaude.ts';

const result = (exitCode: number | undefined, stdout = '', stderr = ''): RunResult => ({
  exitCode,
  stdout: Buffer.from(stdout),
  stderr,
  truncated: false,
});

/** What may never settle must not keep who is called off. */
function untilCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  if (signal?.aborted === true) resolve(undefined);
  signal?.addEventListener('abort', () => {
    resolve(undefined);
  });
  return Promise.race([work, promise]);
}

function stateOf(claude: FakeClaude | undefined): string {
  if (claude?.over !== true) return claude === undefined ? 'none' : 'running';
  return claude.exitCode === undefined ? 'gone' : `exited ${String(claude.exitCode)}`;
}

function tell(claude: FakeClaude, verb: string, input: string): void {
  if (verb === 'send') claude.hear(input);
  if (verb === 'finish') claude.finished = true;
  if (verb === 'stop') claude.end(143);
}

type Answer = (words: readonly string[], command: RunCommand) => RunResult | Promise<RunResult | undefined> | undefined;

/** An environment without a container: its scripts are answered here. */
export class FakeEnvironment implements Environment {
  readonly sessionId: string;
  readonly id: string;
  readonly image = 'image';
  readonly user = 'node';
  readonly workspaceFolder: string = '/workspaces/repo';
  readonly description: string;
  state: 'running' | 'stopped' | 'gone' = 'running';
  /** The names of the scripts that ran, with their first word. */
  readonly did: string[] = [];
  readonly claudes: FakeClaude[] = [];
  tui: 'gone' | 'running' | 'exited 0' = 'gone';
  /** Called first; what it answers counts. */
  answer: Answer = () => undefined;
  readonly #open = new Set<() => void>();

  constructor(sessionId: string, description = '') {
    this.sessionId = sessionId;
    this.id = `container-${sessionId}`;
    this.description = description;
  }

  get claude(): FakeClaude {
    const newest = this.claudes.at(-1);
    if (newest === undefined) throw new Error('no Claude was started');
    return newest;
  }

  count(what: string): number {
    return this.did.filter((one) => one === what).length;
  }

  status(): Promise<'running' | 'stopped' | 'gone'> {
    return Promise.resolve(this.state);
  }

  async exec(command: ExecCommand, signal?: AbortSignal): Promise<Exec> {
    await Promise.resolve();
    this.#require(signal);
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const end = (): void => {
      this.#open.delete(end);
      stdout.end();
      stderr.end();
    };
    this.#open.add(end);
    signal?.addEventListener('abort', end);
    stdin.resume().once('end', end);
    const kill = (): Promise<void> => {
      end();
      return Promise.resolve();
    };
    const [, script = '', folder = '', offset] = command.command;
    if (script.endsWith('follow.sh'))
      this.claudes.find(({ id }) => folder.endsWith(id))?.follow(Number(offset), { stdout, stderr });
    return {
      stdin,
      stdout,
      stderr,
      exitCode: Promise.resolve(0),
      resize: () => Promise.resolve(),
      kill,
    };
  }

  async run(command: RunCommand, signal?: AbortSignal): Promise<RunResult> {
    await Promise.resolve();
    this.#require(signal);
    const words = command.command.map((word) => word.replace(/^.*\/([a-z]+)\.sh$/, '$1'));
    const [, script = '', verb = ''] = words;
    this.did.push(['supervise', 'tui'].includes(script) ? `${script} ${verb}` : script);
    const answered = await untilCancelled(Promise.resolve(this.answer(words, command)), signal);
    throwIfCancelled(signal);
    if (answered !== undefined) return answered;
    if (script === 'supervise') return this.#supervise(verb, words[3] ?? '', String(command.input ?? ''));
    return script === 'tui' ? this.#tui(verb) : result(0);
  }

  #supervise(verb: string, folder: string, input: string): RunResult {
    const claude = this.claudes.find(({ id }) => folder.endsWith(id));
    if (verb === 'start' && claude === undefined) {
      const made = new FakeClaude(folder.replace(/^.*\//, ''));
      this.claudes.push(made);
      made.hear(input);
      return result(0);
    }
    if (verb === 'state') return result(0, stateOf(claude));
    if (claude === undefined || claude.over) return result(verb === 'send' ? 69 : 0, 'gone');
    tell(claude, verb, input);
    return result(0, 'running');
  }

  #tui(verb: string): RunResult {
    if (verb === 'pasted') return result(0, 'none');
    if (verb === 'start') this.tui = 'running';
    if (verb === 'stop') this.tui = 'exited 0';
    return result(0, this.tui);
  }

  writeFiles(): Promise<void> {
    this.did.push('writeFiles');
    return Promise.resolve();
  }

  runSetup(): Promise<void> {
    return Promise.resolve();
  }

  resources(): Promise<Resources | undefined> {
    return Promise.resolve(undefined);
  }

  /** Until it is stopped. */
  full = false;

  isFull(): Promise<boolean> {
    return Promise.resolve(this.state === 'running' && this.full);
  }

  stop(): Promise<void> {
    this.did.push('stop');
    this.full = false;
    this.lose('stopped');
    return Promise.resolve();
  }

  start(): Promise<void> {
    this.did.push('start');
    if (this.state === 'gone') return Promise.reject(new Error('no such container'));
    this.state = 'running';
    return Promise.resolve();
  }

  /** It stops or goes, with all that runs in it. */
  lose(state: 'stopped' | 'gone'): void {
    this.state = state;
    for (const claude of this.claudes) claude.over = true;
    this.cut();
  }

  /** Every stream breaks off; what runs goes on. */
  cut(): void {
    for (const end of [...this.#open]) end();
  }

  #require(signal: AbortSignal | undefined): void {
    throwIfCancelled(signal);
    if (this.state !== 'running') throw new FlotillaError('environment-gone', 'The environment does not run.');
  }
}

/** A runtime without Docker: its environments are objects. */
export class FakeRuntime implements Runtime {
  readonly kind = 'devcontainer';
  readonly environments = new Map<string, FakeEnvironment>();
  readonly discarded: string[] = [];
  /** Everything that asks the runtime fails with this. */
  failure: Error | undefined;
  /** What `provision` does before it answers. */
  onProvision: (environment: FakeEnvironment) => Promise<void> = () => Promise.resolve();
  #listener: (event: EnvironmentEvent) => void = () => undefined;

  check(): Promise<Check[]> {
    return Promise.resolve([]);
  }

  async provision(spec: EnvironmentSpec, _report: Report, signal: AbortSignal): Promise<FakeEnvironment> {
    await Promise.resolve();
    this.#require();
    if (this.environments.has(spec.sessionId) && spec.rebuild !== true)
      throw new FlotillaError('not-in-this-state', 'This session has an environment already.');
    const environment = new FakeEnvironment(spec.sessionId, spec.description);
    await untilCancelled(this.onProvision(environment), signal);
    throwIfCancelled(signal);
    this.environments.set(spec.sessionId, environment);
    await spec.prepare?.(environment, signal);
    return environment;
  }

  async find(sessionId: string): Promise<FakeEnvironment | undefined> {
    await Promise.resolve();
    this.#require();
    const found = this.environments.get(sessionId);
    return found?.state === 'gone' ? undefined : found;
  }

  async list(): Promise<FoundEnvironment[]> {
    await Promise.resolve();
    this.#require();
    return [...this.environments.values()].map(({ sessionId, id, state, description }) => ({
      sessionId,
      parts: [id],
      state: state === 'gone' ? 'half-made' : state,
      description,
    }));
  }

  async discard(sessionId: string): Promise<string[]> {
    await Promise.resolve();
    this.#require();
    this.environments.get(sessionId)?.lose('gone');
    this.environments.delete(sessionId);
    this.discarded.push(sessionId);
    return [];
  }

  watch(listener: (event: EnvironmentEvent) => void): Closable {
    this.#listener = listener;
    return { close: () => undefined };
  }

  tell(event: EnvironmentEvent): void {
    this.#listener(event);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #require(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
