import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type LandingCommand, landingCommands } from '../../../src/engine/git/landingCommands.ts';
import type { RebaseAnswer, RebaseState } from '../../../src/engine/git/landingAnswers.ts';
import { importHistory } from '../histories.ts';
import { sides, text } from '../landingShape.ts';
import { git, write } from '../localEnvironment.ts';
import { filesOf, pathsOf } from '../rebaseBed.ts';
import { killVariables } from './killer.ts';

const tools = path.resolve(import.meta.dirname, '../../../media/tools');
const base = { f: text(), 'a/1': 'one\n', 'b/2': 'two\n', own: 'own\n', '.gitattributes': '*.bin binary\n' };
/** Messages as `git commit` ends them. */
const shape = sides('killed', {
  base,
  ours: [{ f: text({ 3: 'target' }), 'a/1': 'ONE\n', 'b/2': null, 'd/4': 'four\n' }],
  theirs: [
    { files: { g: 'clean\n' }, subject: 'First\n' },
    { files: { f: text({ 3: 'session' }) }, subject: 'Second\n' },
    { files: { h: 'clean\n' }, subject: 'Third\n' },
  ],
});

const commandsOf = (place: { workspace: string; tools: string }, ends: { head: string; onto: string }) => ({
  begin: landingCommands.begin({ ...place, ...ends }),
  resume: landingCommands.resume(place),
  continue: landingCommands.continue(place),
  state: landingCommands.state(place),
  abort: landingCommands.abort(place),
  recover: landingCommands.recover(place),
  finish: landingCommands.finish(place),
  take: (paths: readonly string[]) => landingCommands.take({ ...place, how: 'theirs', paths }),
  move: (from: string, to: string) => landingCommands.move({ ...place, from, to }),
});

/** A session's workspace that is landed, and what the engine does when a step of it was cut off. */
export class LandingGround {
  readonly workspace: string;
  readonly folder: string;
  readonly head: string;
  readonly onto: string;
  readonly commands: ReturnType<typeof commandsOf>;

  constructor(folder: string) {
    this.folder = folder;
    this.workspace = path.join(folder, 'repo');
    const ids = importHistory(this.workspace, shape.commits);
    [this.onto, this.head] = [ids[shape.onto] ?? '', ids[shape.head] ?? ''];
    this.commands = commandsOf({ workspace: this.workspace, tools }, this);
    git(this.workspace, 'config', 'user.name', 'Ada');
    git(this.workspace, 'config', 'user.email', 'ada@example.org');
    git(this.workspace, 'checkout', '--quiet', '-b', 'work', this.head);
    git(this.workspace, 'pack-refs', '--all');
    write(this.workspace, { own: 'changed\n', untracked: 'u\n' });
  }

  ask<A>({ command: [file, ...args], input = '', parse }: LandingCommand<A>): A {
    const env = { ...process.env, ...killVariables };
    const { status, stdout, stderr } = spawnSync(file, args, { input, env });
    return parse({ exitCode: status ?? undefined, stdout, stderr: stderr.toString('utf8') });
  }

  must<A extends { readonly state: string }>(answer: A): A {
    if (['refused', 'failed'].includes(answer.state)) throw new Error(JSON.stringify(answer));
    return answer;
  }

  /** Begins, and stands at a conflict. */
  stopped(): readonly string[] {
    const answer = this.must(this.ask(this.commands.begin));
    return answer.state === 'stopped' ? pathsOf(answer.stop) : [];
  }

  /** The same, and the conflict is resolved. */
  settled(): void {
    this.must(this.ask(this.commands.take(this.stopped())));
  }

  /** As `Rebasing` does: begins, or goes on where it stands, to the end. */
  rebased(): string {
    const { commands } = this;
    const state: RebaseState = this.ask(commands.state);
    let answer: RebaseAnswer | RebaseState = state;
    if (state.state === 'none') answer = this.ask(commands.begin);
    else if (state.state !== 'stopped' && state.state !== 'done') answer = this.ask(commands.resume);
    while (answer.state === 'stopped') {
      this.must(this.ask(commands.take(pathsOf(answer.stop))));
      answer = this.ask(commands.continue);
    }
    if (answer.state !== 'done') throw new Error(JSON.stringify(answer));
    return answer.commit;
  }

  /** As `Moving` does. */
  moved(result: string): unknown {
    this.must(this.ask(this.commands.recover));
    if (git(this.workspace, 'rev-parse', 'HEAD') !== result) this.must(this.ask(this.commands.move(this.head, result)));
    return this.ask(this.commands.finish).state;
  }

  /** The session's own: files, what is staged, branches. */
  own(): unknown {
    return {
      files: filesOf(this.workspace),
      index: git(this.workspace, 'ls-files', '--stage', '-t'),
      status: git(this.workspace, 'status', '--porcelain', '--untracked-files=all'),
      at: git(this.workspace, 'rev-parse', 'HEAD'),
      head: readFileSync(path.join(this.workspace, '.git/HEAD'), 'utf8'),
      heads: git(this.workspace, 'for-each-ref', 'refs/heads', 'refs/stash'),
    };
  }
}
