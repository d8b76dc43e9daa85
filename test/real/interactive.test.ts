import assert from 'node:assert/strict';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { sleep } from '../../src/engine/base/clock.ts';
import { runOnHost } from '../../src/engine/process/run.ts';
import { requirePart } from '../support/bed.ts';
import { Flotilla } from '../support/flotilla.ts';
import { pressEnter, typedText } from '../support/pressEnter.ts';
import { type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { bash } from '../support/sessions.ts';

/** A person's terminal: tmux on the host, in which `flotilla attach` runs as the person would run it. */
class PersonsTerminal {
  readonly #socket: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(folder: string, env: Readonly<Record<string, string | undefined>>) {
    this.#socket = path.join(folder, 'tmux');
    this.#env = { ...env, TERM: 'xterm-256color', TMUX: undefined };
  }

  async tmux(...args: string[]): Promise<string> {
    const { stdout } = await runOnHost({
      file: 'tmux',
      args: ['-S', this.#socket, '-f', '/dev/null', ...args],
      env: this.#env,
    });
    return stdout.toString('utf8');
  }

  open(name: string, size: { cols: number; rows: number }, command: readonly string[]): Promise<string> {
    const place = ['-d', '-s', name, '-x', String(size.cols), '-y', String(size.rows)];
    // As in a shell: what a command leaves on the screen can still be read after its end.
    return this.tmux('new-session', ...place, 'sh', '-c', '"$@"; sleep 1000', 'sh', ...command);
  }

  screen(name: string): Promise<string> {
    return this.tmux('capture-pane', '-p', '-t', name);
  }

  async until(name: string, words: RegExp, ms = 60_000): Promise<string> {
    const end = Date.now() + ms;
    for (;;) {
      const screen = await this.screen(name);
      if (words.test(screen)) return screen;
      assert.ok(Date.now() < end, `${String(words)} did not come on the screen:\n${screen}`);
      await sleep(100);
    }
  }

  async type(name: string, text: string): Promise<void> {
    await this.tmux('send-keys', '-t', name, '-l', text);
    // As a person does: Enter comes once the text stands there. Sooner it would be taken for a part of a paste.
    await this.until(name, new RegExp(`❯\\s${text}`));
    const stands = typedText(text);
    await pressEnter(
      () => this.tmux('send-keys', '-t', name, 'Enter'),
      async () => stands.test(await this.screen(name)),
    );
  }
}

describe('an interactive session', function () {
  this.timeout(300_000);
  let flotilla: Flotilla;
  let sample: SampleRepository;
  let person: PersonsTerminal;
  let id = '';

  const attach = (): string[] => {
    const { file, args } = flotilla.commandLine(['attach', id]);
    return [file, ...args];
  };

  before(async function () {
    await requirePart(this, 'built command');
    flotilla = await Flotilla.start({
      baseImage: await requirePart(this, 'base image'),
      scenario: {
        rules: [
          {
            match: 'ask me first',
            steps: [
              bash('echo asked > asked.txt && git add asked.txt && git commit -qm "Asked first"'),
              { text: 'You allowed it.' },
            ],
          },
          { match: 'slowly', steps: [{ text: 'At last.', held: true }] },
        ],
      },
    });
    person = new PersonsTerminal(flotilla.folder, flotilla.env);
    sample = await sampleRepository(flotilla.folder);
    const made = await flotilla.run([
      'new',
      sample.folder,
      '--interactive',
      '--detach',
      '--permission-mode',
      'manual',
      '--name',
      'talk',
      ...flotilla.buildArguments,
    ]);
    assert.equal(made.exitCode, 0, made.stdout + made.stderr);
    [id = ''] = await flotilla.sessionIds();
    await flotilla.until(id, ({ state }) => state === 'running');
  });
  after(async () => {
    await person.tmux('kill-server');
    await flotilla.close();
  });

  it("shows the genuine Claude in the person's terminal", async () => {
    await person.open('one', { cols: 100, rows: 30 }, attach());
    await person.until('one', /Claude Code v/);
  });

  it('says when Claude needs the person, and for what', async () => {
    await person.type('one', 'ask me first');
    await flotilla.until(id, ({ activity }) => {
      return activity?.kind === 'needs-input' && /^permission for Bash: /.test(activity.about ?? '');
    });
    await person.until('one', /Do you want to proceed/);
    // Claude leaves a key unheard that comes right with the question: it may have been meant for something else.
    for (let tries = 0; tries < 10 && /Do you want to proceed/.test(await person.screen('one')); tries += 1) {
      await sleep(1500);
      await person.tmux('send-keys', '-t', 'one', 'Enter');
      await sleep(500);
    }
    await person.until('one', /You allowed it\./);
  });

  it('brings the commit home when Claude stops, and is idle then', async () => {
    await flotilla.until(
      id,
      ({ head, activity, context, usage }) =>
        head?.ahead === 1 && activity?.kind === 'idle' && context !== undefined && usage.requests > 0,
    );
  });

  it('shows a second person the same screen', async () => {
    await person.open('two', { cols: 100, rows: 30 }, attach());
    await person.until('two', /You allowed it\./);
    const lines = async (name: string): Promise<string[]> =>
      (await person.screen(name)).split('\n').map((line) => line.trimEnd());
    // The second takes the size over, and Claude draws itself anew for a moment.
    const end = Date.now() + 60_000;
    for (;;) {
      const [one, two] = [await lines('one'), await lines('two')];
      if (isDeepStrictEqual(two, one)) break;
      if (Date.now() > end) assert.deepEqual(two, one);
      await sleep(100);
    }
  });

  it('takes a message from outside only when Claude has nothing to do', async () => {
    await person.type('one', 'slowly please');
    await flotilla.until(id, ({ activity }) => activity?.kind === 'working');
    assert.equal((await flotilla.run(['send', id, 'and from outside'])).exitCode, 0);
    assert.equal((await flotilla.until(id, () => true)).queued, 1);
    flotilla.api.release();
    await person.until('one', /At last\./);
    await person.until('one', /SCRIPTED-REPLY: and from outside/);
    await flotilla.until(id, ({ queued }) => queued === 0);
  });

  it('gives the terminal back on the detach key, and Claude goes on', async () => {
    await person.tmux('send-keys', '-t', 'two', 'C-]');
    await person.until('two', /[Dd]etached/);
    assert.equal((await flotilla.until(id, () => true)).state, 'running');
  });

  it('survives its engine, with the same screen', async () => {
    await flotilla.run(['engine', 'stop']);
    await flotilla.until(id, ({ state }) => state === 'running');
    await person.open('three', { cols: 100, rows: 30 }, attach());
    await person.until('three', /from outside/);
  });

  it('is stopped when Claude is closed, and goes on with the conversation when resumed', async () => {
    await person.type('three', '/exit');
    await flotilla.until(id, ({ state }) => state === 'stopped');
    assert.equal((await flotilla.run(['resume', id])).exitCode, 0);
    await flotilla.until(id, ({ state }) => state === 'running');
    await person.open('four', { cols: 100, rows: 30 }, attach());
    await person.until('four', /from outside/);
  });
});
