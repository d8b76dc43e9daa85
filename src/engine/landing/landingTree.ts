import { FlotillaError, throwIfCancelled } from '../base/errors.ts';
import { LineSplitter } from '../base/lines.ts';
import {
  landingProgress,
  type LandingResult,
  type MoveAnswer,
  type RebaseAnswer,
  type RebaseState,
} from '../git/landingAnswers.ts';
import { type LandingCommand, landingCommands, type TakeHow } from '../git/landingCommands.ts';
import type { Environment } from '../runtime/contract.ts';
import { whileRunning } from './whileRunning.ts';

export type OnProgress = (done: number, total: number) => void;

export interface CheckedOut {
  readonly commit: string;
  /** `refs/heads/…`; absent when HEAD is detached. */
  readonly branch: string | undefined;
}

const checkedOut = /^([0-9a-f]{40}|[0-9a-f]{64})\n(?:(refs\/heads\/[^\n]{1,1000})|HEAD)\n$/;

/** Bytes of an answer that are kept. */
const maxAnswer = 16 * 1024 * 1024;

/** The landing's own work tree inside an environment, and the session's tree beside it: what media/tools/landing*.sh do. */
export class LandingTree {
  readonly #environment: Environment;
  readonly #workspace: string;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#workspace = environment.workspaceFolder;
  }

  begin(
    ends: { head: string; onto: string; since: string | undefined },
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<RebaseAnswer> {
    return this.#follow(landingCommands.begin({ workspace: this.#workspace, ...ends }), onProgress, signal);
  }

  resume(onProgress: OnProgress, signal: AbortSignal): Promise<RebaseAnswer> {
    return this.#follow(landingCommands.resume({ workspace: this.#workspace }), onProgress, signal);
  }

  /** `keep`: what was changed beyond the conflicts goes into the commit. */
  goOn(extra: 'refuse' | 'keep', onProgress: OnProgress, signal: AbortSignal): Promise<RebaseAnswer> {
    return this.#follow(landingCommands.continue({ workspace: this.#workspace, extra }), onProgress, signal);
  }

  state(signal: AbortSignal): Promise<RebaseState> {
    return this.#run(landingCommands.state({ workspace: this.#workspace }), signal);
  }

  async take(how: TakeHow, paths: readonly string[], signal: AbortSignal): Promise<void> {
    if (paths.length === 0) return;
    this.#require(await this.#run(landingCommands.take({ workspace: this.#workspace, how, paths }), signal));
  }

  /** The whole tree of the stop is written, so that the project is at hand. */
  async fill(signal: AbortSignal): Promise<void> {
    this.#require(await this.#run(landingCommands.fill({ workspace: this.#workspace }), signal));
  }

  /** The content of a stage; `undefined` when it is longer than `most` bytes or not there. */
  blob(object: string, most: number, signal: AbortSignal): Promise<Buffer | undefined> {
    return this.#run(landingCommands.blob({ workspace: this.#workspace, object, most }), signal);
  }

  /** The landing's work tree goes, and an unfinished move is rolled back. Harmless when there is nothing. */
  async abort(signal: AbortSignal): Promise<void> {
    this.#require(await this.#run(landingCommands.abort({ workspace: this.#workspace }), signal));
  }

  move(ends: { from: string; to: string }, signal: AbortSignal): Promise<MoveAnswer> {
    return this.#run(landingCommands.move({ workspace: this.#workspace, ...ends }), signal);
  }

  recover(signal: AbortSignal): Promise<MoveAnswer> {
    return this.#run(landingCommands.recover({ workspace: this.#workspace }), signal);
  }

  async finish(signal: AbortSignal): Promise<void> {
    await this.#run(landingCommands.finish({ workspace: this.#workspace }), signal);
  }

  /** What is checked out in the session's tree, as the environment says. */
  async at(signal: AbortSignal): Promise<CheckedOut> {
    const command = ['git', 'rev-parse', 'HEAD^{commit}', '--symbolic-full-name', 'HEAD'] as const;
    const { stdout, stderr } = await this.#environment.run({ command, maxBytes: 4096 }, signal);
    throwIfCancelled(signal, 'Landing');
    const [, commit, branch] = checkedOut.exec(stdout.toString('utf8')) ?? [];
    if (commit !== undefined) return { commit, branch };
    const sentence = "Git could not say what is checked out in the session's tree: look there, then continue.";
    throw new FlotillaError('git-failed', sentence, { detail: stderr.slice(-2000) });
  }

  #require(answer: { readonly state: string; readonly reason?: string; readonly detail?: string }): void {
    if (answer.state === 'ok') return;
    const { state, reason = state, detail = '' } = answer;
    throw new FlotillaError('git-failed', `Git could not do this in the landing's work tree (${reason}).`, { detail });
  }

  async #run<A>({ command, input, parse }: LandingCommand<A>, signal: AbortSignal): Promise<A> {
    const run = (inner: AbortSignal): ReturnType<Environment['run']> =>
      this.#environment.run({ command, input, cwd: '/', maxBytes: maxAnswer }, inner);
    const result = await whileRunning(this.#environment, run, signal);
    throwIfCancelled(signal, 'Landing');
    return parse(result);
  }

  async #follow<A>(
    { command, input, parse }: LandingCommand<A>,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<A> {
    const result = await whileRunning(
      this.#environment,
      (inner) => this.#execute({ command, input }, onProgress, inner),
      signal,
    );
    throwIfCancelled(signal, 'Landing');
    return parse(result);
  }

  async #execute(
    { command, input }: Pick<LandingCommand<unknown>, 'command' | 'input'>,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<LandingResult> {
    const exec = await this.#environment.exec({ command, cwd: '/' }, signal);
    const splitter = new LineSplitter((line) => {
      const step = landingProgress(line);
      if (step !== undefined) onProgress(step.number, step.of);
    }, 10_000);
    const out = new Kept(exec.stdout, (chunk) => {
      splitter.write(chunk);
    });
    const err = new Kept(exec.stderr);
    exec.stdin.on('error', () => undefined);
    exec.stdin.end(input);
    const exitCode = await exec.exitCode;
    return { exitCode, stdout: out.bytes, stderr: err.bytes.toString('utf8') };
  }
}

/** What a stream brings, up to a bound. */
class Kept {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(stream: NodeJS.ReadableStream, onChunk?: (chunk: Buffer) => void) {
    stream.on('data', (chunk: Buffer) => {
      onChunk?.(chunk);
      if (this.#size < maxAnswer) this.#chunks.push(chunk);
      this.#size += chunk.length;
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
