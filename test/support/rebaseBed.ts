import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '../../src/engine/base/clock.ts';
import { landingCommands, type LandingCommand, type TakeHow } from '../../src/engine/git/landingCommands.ts';
import type {
  FinishAnswer,
  MoveAnswer,
  RebaseAnswer,
  RebaseState,
  SettledAnswer,
} from '../../src/engine/git/landingAnswers.ts';
import type { RebaseStop } from '../../src/engine/git/landingStop.ts';
import { eventually } from './eventually.ts';
import { importHistory } from './histories.ts';
import type { LandingShape } from './landingShape.ts';
import { git, gitVariables, Scratch } from './localEnvironment.ts';
import { livingProcesses } from './processTable.ts';

/** Our scripts, where they are on this machine. */
const tools = path.resolve(import.meta.dirname, '../../media/tools');

type Shape = Pick<LandingShape, 'commits' | 'onto' | 'head' | 'local'>;

/** A session's workspace with the history of a shape, and the commands of a landing run on it as they would be in an environment. */
export class RebaseBed {
  readonly scratch = new Scratch();
  readonly workspace = this.scratch.path('workspaces', 'repo');
  readonly onto: string;
  readonly head: string;
  readonly #place = { workspace: this.workspace, tools };

  constructor({ commits, onto, head, local }: Shape) {
    const ids = importHistory(this.workspace, commits);
    [this.onto, this.head] = [ids[onto] ?? '', ids[head] ?? ''];
    git(this.workspace, 'config', 'user.name', 'Ada');
    git(this.workspace, 'config', 'user.email', 'ada@example.org');
    git(this.workspace, 'checkout', '--quiet', '-b', 'work', this.head);
    local?.(this.workspace);
  }

  /** Runs a command to its end, and reads what it answers. */
  run<Answer>({ command: [file, ...args], input = '', parse }: LandingCommand<Answer>): Answer {
    const { status, stdout, stderr } = spawnSync(file, args, {
      input,
      env: { ...process.env, ...gitVariables },
      maxBuffer: 64 * 1024 * 1024,
    });
    return parse({ exitCode: status ?? undefined, stdout, stderr: stderr.toString('utf8') });
  }

  begin = (): RebaseAnswer => this.run(landingCommands.begin({ ...this.#place, head: this.head, onto: this.onto }));
  resume = (): RebaseAnswer => this.run(landingCommands.resume(this.#place));
  continue = (extra?: 'keep'): RebaseAnswer => this.run(landingCommands.continue({ ...this.#place, extra }));
  state = (): RebaseState => this.run(landingCommands.state(this.#place));
  fill = (): SettledAnswer => this.run(landingCommands.fill(this.#place));
  abort = (): SettledAnswer => this.run(landingCommands.abort(this.#place));
  move = (from: string, to: string): MoveAnswer => this.run(landingCommands.move({ ...this.#place, from, to }));
  recover = (): MoveAnswer => this.run(landingCommands.recover(this.#place));
  finish = (): FinishAnswer => this.run(landingCommands.finish(this.#place));
  take = (how: TakeHow, paths: readonly string[]): SettledAnswer =>
    this.run(landingCommands.take({ ...this.#place, how, paths }));
  blob = (object: string, most: number): Buffer | undefined =>
    this.run(landingCommands.blob({ ...this.#place, object, most }));

  /**
   * Starts a command and kills it: `all` with everything that it started, as when a container ends; otherwise the script alone. A git that it
   * has marked may then live on, for the next command to find; of one that it had no time to mark the end is awaited.
   */
  async killed(
    { command: [file, ...args], input = '' }: LandingCommand<unknown>,
    afterMs: number,
    all: boolean,
  ): Promise<void> {
    const env = { ...process.env, ...gitVariables };
    const child = spawn(file, args, { env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = once(child, 'exit');
    child.stdin.on('error', () => undefined).end(input);
    await Promise.race([ended, sleep(afterMs)]);
    try {
      process.kill(all ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGKILL');
    } catch {
      // It has ended already.
    }
    await ended;
    await eventually(
      () => {
        const left = livingProcesses().filter(({ group }) => group === child.pid);
        return left.length === 0 || (!all && left.some(({ pid }) => this.#marked().includes(pid)));
      },
      undefined,
      30_000,
    );
  }

  /** The gits that a script has left a mark of. */
  #marked(): number[] {
    const marks = ['flotilla-landing/git', 'flotilla-move/git'].map((name) => `${this.workspace}/.git/${name}`);
    return marks.filter(existsSync).map((mark) => Number.parseInt(readFileSync(mark, 'latin1'), 10));
  }

  /** The commands themselves, for those who do not run them to their end. */
  readonly commands = {
    begin: (): LandingCommand<unknown> => landingCommands.begin({ ...this.#place, head: this.head, onto: this.onto }),
    continue: (): LandingCommand<unknown> => landingCommands.continue(this.#place),
    resume: (): LandingCommand<unknown> => landingCommands.resume(this.#place),
    abort: (): LandingCommand<unknown> => landingCommands.abort(this.#place),
    finish: (): LandingCommand<unknown> => landingCommands.finish(this.#place),
    move: (to: string): LandingCommand<unknown> => landingCommands.move({ ...this.#place, from: this.head, to }),
  };

  /** Goes on from an answer to the end, with the session's side at each stop. */
  toTheEnd(first: RebaseAnswer): { commit: string; stops: RebaseStop[] } {
    const stops: RebaseStop[] = [];
    let answer = first;
    while (answer.state === 'stopped') {
      stops.push(answer.stop);
      const taken = this.take('theirs', pathsOf(answer.stop));
      if (taken.state !== 'ok') throw new Error(JSON.stringify(taken));
      answer = this.continue();
    }
    if (answer.state !== 'done') throw new Error(JSON.stringify(answer));
    return { commit: answer.commit, stops };
  }

  /** All that a landing must leave as it is: files, index, HEAD, refs, configuration, and what else lies in the git folder. */
  snapshot(): Record<string, unknown> {
    const at = (...args: string[]): string => git(this.workspace, ...args);
    return {
      files: filesOf(this.workspace),
      status: at('status', '--porcelain', '-z', '--ignored', '--untracked-files=all'),
      index: at('ls-files', '--stage', '-t', '-z'),
      head: readFileSync(`${this.workspace}/.git/HEAD`, 'utf8'),
      commit: at('rev-parse', 'HEAD'),
      refs: at('for-each-ref'),
      config: readFileSync(`${this.workspace}/.git/config`, 'utf8'),
      gitFolder: readdirSync(`${this.workspace}/.git`)
        .filter((name) => name !== 'logs')
        .sort(),
      beside: readdirSync(path.dirname(this.workspace)),
    };
  }

  remove(): void {
    this.scratch.remove();
  }
}

/** The paths of a stop, each once. */
export const pathsOf = ({ unmerged }: RebaseStop): string[] => [...new Set(unmerged.map((entry) => entry.path))].sort();

/** Names, kinds and contents of everything below a folder, but for its `.git`. Names are bytes, one in each character. */
export function filesOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (below: Buffer): void => {
    for (const name of readdirSync(Buffer.concat([Buffer.from(`${folder}/`), below]), 'buffer')) {
      const at = Buffer.concat([below, name]);
      const key = at.toString('latin1');
      if (key === '.git') continue;
      const place = Buffer.concat([Buffer.from(`${folder}/`), at]);
      const stat = lstatSync(place);
      if (stat.isDirectory()) {
        found[`${key}/`] = '';
        walk(Buffer.concat([at, Buffer.from('/')]));
      } else {
        const content = stat.isSymbolicLink() ? readlinkSync(place, 'latin1') : readFileSync(place, 'latin1');
        found[key] = `${stat.isSymbolicLink() ? 'link' : (stat.mode & 0o111).toString(8)} ${content}`;
      }
    }
  };
  walk(Buffer.alloc(0));
  return found;
}
