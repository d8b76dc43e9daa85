import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { runOnHost } from '../../src/engine/process/run.ts';
import { requirePart } from '../support/bed.ts';
import { until } from '../support/claudeEnvironment.ts';
import { Flotilla } from '../support/flotilla.ts';
import { pressEnter, typedText } from '../support/pressEnter.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { skipFor } from '../support/skips.ts';

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** A user's terminal: a tmux of the host with a shell in it. */
class UserTerminal {
  readonly #name = `flotilla-test-${randomBytes(4).toString('hex')}`;

  async tmux(...args: string[]): Promise<string> {
    const { stdout } = await runOnHost({ file: 'tmux', args: ['-u', '-L', this.#name, '-f', '/dev/null', ...args] });
    return stdout.toString('utf8');
  }

  async open(env: Readonly<Record<string, string | undefined>>, folder: string): Promise<void> {
    const set = Object.entries(env).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${quote(value)}`],
    );
    await this.tmux(
      'new-session',
      '-d',
      '-x',
      '100',
      '-y',
      '30',
      '-c',
      folder,
      'env -i PATH="$PATH" TERM=xterm-256color sh -i',
    );
    await this.type(`export ${set.join(' ')}; PS1='$ '; stty -g > modes; clear`);
  }

  async type(line: string): Promise<void> {
    await this.tmux('send-keys', '-l', line);
    await this.tmux('send-keys', 'Enter');
  }

  async say(text: string): Promise<void> {
    await this.tmux('send-keys', '-l', text);
    const stands = typedText(text);
    await this.shows(stands);
    await pressEnter(
      () => this.tmux('send-keys', 'Enter'),
      async () => stands.test(await this.screen()),
    );
  }

  /** The command has ended, and the shell reads again: what is typed before may be lost with it. */
  async isBack(last = ''): Promise<void> {
    await this.shows(new RegExp(`${last}[^]*(?:^|\\n)\\$ *\\n*$`));
  }

  screen(): Promise<string> {
    return this.tmux('capture-pane', '-p');
  }

  async shows(text: string | RegExp, ms = 90_000): Promise<void> {
    const has = async (): Promise<boolean> => {
      const screen = await this.screen();
      return typeof text === 'string' ? screen.includes(text) : text.test(screen);
    };
    await until(`the terminal shows ${String(text)}`, has, ms).catch(async () => {
      assert.fail(`the terminal does not show ${String(text)}:\n${await this.screen()}`);
    });
  }

  async close(): Promise<void> {
    await this.tmux('kill-server');
  }
}

describe('flotilla in a real terminal', function () {
  this.timeout(400_000);
  const terminal = new UserTerminal();
  let flotilla: Flotilla | undefined;
  let command = '';

  before(async function () {
    await requirePart(this, 'built command');
    if ((await runOnHost({ file: 'tmux', args: ['-V'] }).catch(() => undefined)) === undefined)
      skipFor(this, 'tmux is not installed.');
    flotilla = await Flotilla.start({
      baseImage: await requirePart(this, 'base image'),
      scenario: { rules: [{ match: 'sing', steps: [{ text: 'LA-LA-LA' }] }] },
    });
    const sample = await sampleRepository(flotilla.folder);
    await terminal.open(flotilla.env, flotilla.folder);
    const { file, args } = flotilla.commandLine([]);
    command = [file, ...args].map(quote).join(' ');
    const more = flotilla.buildArguments.map(quote).join(' ');
    await terminal.type(`${command} new ${quote(sample.folder)} --interactive --name song ${more}`);
  });
  after(async () => {
    await terminal.close();
    await flotilla?.close();
  });

  it("starts an interactive session and shows Claude Code's own interface", async () => {
    await terminal.shows('❯');
    assert.equal((await terminal.tmux('display', '-p', '#{alternate_on}')).trim(), '1');
    await terminal.say('sing a song');
    await terminal.shows('LA-LA-LA');
  });

  it('follows the size of the terminal', async () => {
    await terminal.tmux('resize-window', '-x', '70', '-y', '20');
    await until(
      'the interface is as wide as the terminal',
      async () => (await terminal.screen()).split('\n').some((line) => /^─{70}$/.test(line)),
      60_000,
    );
  });

  it('gives the terminal back at Ctrl-], and the session goes on', async () => {
    await terminal.tmux('send-keys', 'C-]');
    await terminal.isBack('Detached; the session goes on.');
    const facts = '#{alternate_on}#{mouse_any_flag}#{cursor_flag}#{keypad_cursor_flag}';
    assert.equal((await terminal.tmux('display', '-p', facts)).trim(), '0010');
    await terminal.type('stty -g | cmp - modes && echo un""changed');
    await terminal.shows('unchanged');
  });

  it('shows the same screen when it is attached again', async () => {
    await terminal.type(`clear; ${command} attach song`);
    await terminal.shows('LA-LA-LA');
    await terminal.tmux('send-keys', 'C-]');
    await terminal.isBack('Detached');
  });

  it('gives the terminal back when it is killed', async () => {
    await terminal.type(`clear; ${command} attach song`);
    await terminal.shows('LA-LA-LA');
    const pane = (await terminal.tmux('display', '-p', '#{pane_pid}')).trim();
    await runOnHost({ file: 'pkill', args: ['-TERM', '-P', pane] });
    await until('the alternate screen is left', async () => {
      return (await terminal.tmux('display', '-p', '#{alternate_on}')).trim() === '0';
    });
    await terminal.isBack();
    await terminal.type('clear; stty -g | cmp - modes && echo un""changed');
    await terminal.shows('unchanged');
  });
});
