import assert from 'node:assert/strict';
import { type ActivityRecord, type HookRecord, watchActivity } from '../../src/engine/claude/activity.ts';
import { Tui, attachCommand } from '../../src/engine/claude/tui.ts';
import {
  type ClaudeEnvironment,
  startClaudeEnvironment,
  until,
  workspaceFolder,
} from '../support/claudeEnvironment.ts';

/** Watches in the background and keeps what it was told. */
class Watcher {
  readonly records: ActivityRecord[] = [];
  readonly over: Promise<unknown>;
  readonly #abort = new AbortController();

  constructor(claude: ClaudeEnvironment) {
    this.over = watchActivity(claude.environment, (record) => this.records.push(record), this.#abort.signal);
    this.over.catch(() => undefined);
  }

  get hooks(): HookRecord[] {
    return this.records.filter((record) => record.type === 'hook');
  }

  get status(): string | undefined {
    return this.records.findLast((record) => record.type === 'status')?.status;
  }

  async leave(): Promise<void> {
    this.#abort.abort();
    await assert.rejects(this.over, { code: 'cancelled' });
  }
}

describe('the interactive Claude in tmux', function () {
  this.timeout(300_000);
  let claude: ClaudeEnvironment;

  const start = (prompt: string): Promise<Tui> =>
    Tui.start(claude.environment, {
      prompt,
      workspaceFolder,
      permissionMode: 'manual',
      context: 'You work in a test.',
    });
  /** A watcher has said of every hook that it was told. */
  const isAllTaken = async (): Promise<boolean> =>
    (await claude.shell(
      'cd /flotilla/claude/run && [ "$(cat hooks.taken)" -eq "$(wc -c <hooks.jsonl)" ] && echo yes',
    )) === 'yes\n';
  const screen = (): Promise<string> => claude.shell('tmux -L flotilla capture-pane -p -t claude:');

  before(async function () {
    claude = await startClaudeEnvironment(this, {
      rules: [
        {
          match: 'touch',
          steps: [{ tool: 'Bash', input: { command: 'touch made', description: 'x' } }, { text: 'TOUCHED' }],
        },
        { match: 'line one\\s+line two', steps: [{ text: 'BOTH-LINES' }] },
      ],
    });
    await claude.shell(
      `mkdir -p ${workspaceFolder}/.claude && echo '{"disableAllHooks":true,"statusLine":{"type":"command","command":"echo PROJECT-LINE"}}' > ${workspaceFolder}/.claude/settings.json`,
    );
  });
  afterEach(async () => {
    await claude.shell('sh /flotilla/tools/tui.sh stop');
  });
  after(async () => {
    await (claude as ClaudeEnvironment | undefined)?.close();
  });

  it('tells that it works, needs a permission, and is idle, with the reasons, though the project forbids hooks', async () => {
    const began = Date.now();
    const tui = await start('--touch "it" $HOME');
    const watcher = new Watcher(claude);
    await until('waiting', () => watcher.status === 'waiting');
    console.log(`      waiting for permission after ${String(Date.now() - began)} ms`);
    // Its status comes by another way than its hooks, sometimes first.
    const hook = (named: string): HookRecord | undefined => watcher.hooks.find(({ name }) => name === named);
    await until('PermissionRequest', () => hook('PermissionRequest') !== undefined);
    assert.equal(hook('PermissionRequest')?.about, 'permission for Bash: touch made');
    assert.deepEqual(hook('UserPromptSubmit')?.entry, { kind: 'prompt', text: '--touch "it" $HOME' });
    await claude.shell('tmux -L flotilla send-keys -t claude: Enter');
    await until('idle', () => watcher.status === 'idle');
    await until('Stop', () => watcher.hooks.some(({ name, entry }) => name === 'Stop' && entry?.text === 'TOUCHED'));
    await until('a status line', () =>
      watcher.records.some((record) => record.type === 'statusLine' && (record.context?.usedTokens ?? 0) > 0),
    );
    await until('the project status line', async () => (await screen()).includes('PROJECT-LINE'));
    assert.equal(await tui.alive(), true);
    await tui.stop();
    await watcher.over;
    assert.equal(await tui.alive(), false);
  });

  it('takes pasted text of several lines as one prompt', async () => {
    const tui = await start('');
    const watcher = new Watcher(claude);
    await until('idle', () => watcher.status === 'idle');
    await tui.paste('line one\nline two \u001b[201~ still text');
    await until('the answer', async () => (await screen()).includes('BOTH-LINES'));
    await watcher.leave();
  });

  it('goes on while nobody is there, and tells a new watcher of the hooks it missed, once', async () => {
    const tui = await start('first');
    const first = new Watcher(claude);
    await until('Stop', () => first.hooks.some(({ name }) => name === 'Stop'));
    await until('all of it taken', isAllTaken);
    await first.leave();
    await until('no watcher', async () => (await claude.shell('ps ax -o args | grep -c "[w]atch.sh"')).trim() === '0');
    await Tui.reopen(claude.environment).paste('second');
    await until('the answer', async () => (await screen()).includes('SCRIPTED-REPLY: second'));
    const second = new Watcher(claude);
    await until('Stop', () => second.hooks.some(({ name }) => name === 'Stop'));
    assert.deepEqual(
      second.hooks.filter(({ name }) => name === 'UserPromptSubmit').map(({ entry }) => entry?.text),
      ['second'],
    );
    await second.leave();
    assert.equal(await tui.alive(), true);
  });

  it('is shown by the attach command, without a trace of tmux, and follows its size', async () => {
    await start('show yourself');
    const exec = await claude.environment.exec({ command: attachCommand(), tty: { cols: 90, rows: 25 } });
    let bytes = '';
    exec.stdout.on('data', (chunk: Buffer) => (bytes += chunk.toString('utf8')));
    await until('the reply', () => bytes.includes('SCRIPTED-REPLY'));
    await exec.resize(110, 30);
    await until('the size', async () =>
      (await claude.shell("tmux -L flotilla list-panes -t claude: -F '#{pane_width}x#{pane_height}'")).startsWith(
        '110x30',
      ),
    );
    await exec.kill();
    assert.equal((await claude.shell('sh /flotilla/tools/tui.sh state')).trim(), 'running');
  });

  it('starts with a task that is longer than an argument can be', async () => {
    await start(`touch ${'long '.repeat(40_000)}`);
    await until('the file named', async () => (await screen()).includes('long-prompt.md'));
    assert.equal((await claude.shell('wc -c < /flotilla/claude/run/tui/long-prompt.md')).trim(), '200006');
  });

  it('is started once, and takes a text once, under one name, and nothing of half a text', async () => {
    const id = Tui.newId();
    const begin = (): Promise<Tui> =>
      Tui.start(claude.environment, { prompt: 'once', workspaceFolder, permissionMode: 'manual', context: '' }, { id });
    const [tui] = await Promise.all([begin(), begin()]);
    assert.equal(await tui.state(), 'running');
    await assert.rejects(start('another'), { code: 'not-in-this-state' });
    await until('the answer', async () => (await screen()).includes('SCRIPTED-REPLY: once'));
    await Promise.all([tui.paste('twice', { name: 'n1' }), tui.paste('twice', { name: 'n1' })]);
    await until('the mark', async () => (await tui.pasted('n1')) === 'taken');
    await until('the answer', async () => (await screen()).includes('SCRIPTED-REPLY: twice'));
    assert.equal(await tui.pasted('n2'), 'none');
    assert.equal(await claude.shell('printf half | sh /flotilla/tools/tui.sh paste n2 100; echo $?'), '74\n');
    assert.equal(await tui.pasted('n2'), 'none');
    const prompts = claude.api.requests.filter(({ side }) => side === false).map(({ prompt }) => prompt);
    assert.deepEqual(
      prompts.filter((prompt) => prompt === 'once' || prompt === 'twice'),
      ['once', 'twice'],
    );
    await tui.stop();
    assert.equal(await tui.state(), 'exited');
    assert.equal(await Tui.reopen(claude.environment, Tui.newId()).state(), 'none');
  });
});
