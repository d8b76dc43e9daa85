import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from 'mocha';
import { sleep } from '../../src/engine/base/clock.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import type { Landing } from '../../src/protocol/landing.ts';
import { type OperationOutput, operations } from '../../src/protocol/operations.ts';
import { requirePart } from './bed.ts';
import { type CommandResult, Flotilla } from './flotilla.ts';
import { git, type SampleRepository, sampleRepository } from './sampleRepository.ts';
import type { Rule } from './scriptedApi/scenario.ts';
import { bash, sessionOf } from './sessions.ts';

type Status = OperationOutput<'landing.status'>;

/** The question that a landing asks Claude begins so. */
export const resolvePrompt = '^# Resolve merge conflicts';
/** Claude keeps the lines of both sides of `list.txt`, and says how sure it is. */
export const keepBoth = (confidence = 0.95, delayMs?: number): Rule => ({
  match: resolvePrompt,
  steps: [
    {
      ...bash(`sed -i -e '/^||||||| /,/^=======$/d' -e '/^<<<<<<< /d' -e '/^=======$/d' -e '/^>>>>>>> /d' list.txt`),
      ...(delayMs === undefined ? {} : { delayMs }),
    },
    {
      tool: 'StructuredOutput',
      input: { files: [{ path: 'list.txt', confidence, why: 'Both lines belong on the list.' }], alsoChanged: [] },
    },
    { text: 'Both are kept.' },
  ],
});

/** A prompt `do: <command>` makes the scripted Claude run that command. */
const doAsTold: Rule = { match: '^do: (.*)$', steps: [bash('$1'), { text: 'It is done.' }] };

/** Brings work of sessions in real containers home, by the command alone. */
export class HomeBed {
  readonly flotilla: Flotilla;
  #repositories = 0;

  private constructor(flotilla: Flotilla) {
    this.flotilla = flotilla;
  }

  /** For all tests of a suite; skips it where something is missing that it needs. */
  static async startFor(context: Context): Promise<HomeBed> {
    await requirePart(context, 'built command');
    const baseImage = await requirePart(context, 'base image');
    return new HomeBed(await Flotilla.start({ baseImage, scenario: { rules: [keepBoth(), doAsTold] } }));
  }

  /** What Claude does when a landing asks it for something, instead of keeping both lines. */
  resolves(rule: Rule): void {
    this.flotilla.api.setScenario({ rules: [rule, doAsTold] });
  }

  /** A repository with a list, a remote of its own, and a verification when one is named. */
  async repository(verify?: string): Promise<SampleRepository> {
    this.#repositories += 1;
    const parent = path.join(this.flotilla.folder, `repository${String(this.#repositories)}`);
    await mkdir(parent);
    return sampleRepository(parent, {
      'list.txt': 'one\ntwo\nthree\n',
      'other.txt': 'other\n',
      ...(verify === undefined ? {} : { '.flotilla.yaml': `verify: ${JSON.stringify(verify)}\n` }),
    });
  }

  /** A session that has run this command in its workspace and has ended. */
  async session(repository: SampleRepository, command: string): Promise<string> {
    const before = await this.flotilla.sessionIds();
    await this.ok('new', repository.folder, '--prompt', `do: ${command}`, ...this.flotilla.buildArguments);
    const id = (await this.flotilla.sessionIds()).find((one) => !before.includes(one));
    assert.ok(id !== undefined);
    return id;
  }

  /** Somebody pushes a change of the list, or of another file, to the remote's main. */
  async push({ folder }: SampleRepository, files: Readonly<Record<string, string>>): Promise<string> {
    await git(folder, 'pull', '--quiet', 'origin', 'main');
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
    await git(folder, 'commit', '--quiet', '--all', '--message', 'By somebody else');
    await git(folder, 'push', '--quiet', 'origin', 'main');
    return git(folder, 'rev-parse', 'HEAD');
  }

  /** A file of the remote's main. */
  onMain = ({ remote }: SampleRepository, name: string): Promise<string> => git(remote, 'show', `main:${name}`);

  run = (...args: string[]): Promise<CommandResult> => this.flotilla.run(args);

  /** Runs the command, which must end with this exit code; gives what it printed. */
  async ends(exitCode: number, ...args: string[]): Promise<string> {
    const result = await this.run(...args);
    const text = result.stdout + result.stderr;
    assert.equal(result.exitCode, exitCode, `flotilla ${args.join(' ')}:\n${text}`);
    return text;
  }

  ok = (...args: string[]): Promise<string> => this.ends(0, ...args);

  status(id: string): Promise<Status> {
    return this.flotilla.json(operations['landing.status'].output, ['landing', 'status', id]);
  }

  /** Waits until the landing is as wished; rejects with how it is instead. */
  async until(id: string, wish: (landing: Landing) => boolean, ms = 120_000): Promise<Landing> {
    const end = Date.now() + ms;
    for (;;) {
      const { landing } = await this.status(id);
      if (landing !== undefined && wish(landing)) return landing;
      assert.ok(Date.now() < end, `the landing stayed ${JSON.stringify(landing, undefined, 1)}`);
      await sleep(150);
    }
  }

  /** Does what a person would: waits, lets Claude resolve, continues or begins anew, until the work has landed on its target. */
  async bringHome(id: string): Promise<Landing> {
    for (let tries = 0; tries < 6; tries += 1) {
      const landing = await this.until(id, ({ state }) => state !== 'running');
      if (landing.state === 'landed') return landing;
      const isOpen = landing.stop?.files.some(({ state }) => state === 'open') === true;
      await this.run('landing', isOpen ? 'resolve' : 'continue', id);
    }
    return assert.fail(`it never landed: ${JSON.stringify((await this.status(id)).landing, undefined, 1)}`);
  }

  /** Runs a shell command in the session's container, in its workspace; gives what it printed. */
  async inside(id: string, command: string): Promise<string> {
    const { environment } = await sessionOf(this.flotilla, id);
    assert.ok(environment !== undefined);
    const { exitCode, stdout, stderr } = await runOnHost({
      file: 'docker',
      args: ['exec', '--workdir', environment.workspaceFolder, environment.id, 'sh', '-c', command],
    });
    assert.equal(exitCode, 0, `${command}: ${stderr}`);
    return stdout.toString('utf8').trim();
  }

  /** All of the session's workspace that must be the same when a landing was given up: HEAD, branches, index, files. */
  looks(id: string): Promise<string> {
    return this.inside(
      id,
      [
        'git symbolic-ref HEAD; git rev-parse HEAD; git for-each-ref refs/heads refs/tags refs/remotes refs/stash',
        'git ls-files --stage; git status --porcelain --ignored; git worktree list; git config --local --list | sort',
        'find . -name .git -prune -o -printf "%p %m %l\\n" | sort',
        'find . -name .git -prune -o -type f -exec sha256sum {} + | sort; ls -A /workspaces',
      ].join('; '),
    );
  }

  close(): Promise<void> {
    return this.flotilla.close();
  }
}
