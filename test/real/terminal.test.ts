import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { silentLog } from '../../src/engine/base/log.ts';
import { Tui, attachCommand } from '../../src/engine/claude/tui.ts';
import { TerminalHub } from '../../src/engine/terminal/terminalHub.ts';
import type { TerminalSize } from '../../src/protocol/terminal.ts';
import type { ViewerHandle } from '../../src/engine/terminal/viewer.ts';
import {
  type ClaudeEnvironment,
  startClaudeEnvironment,
  until,
  workspaceFolder,
} from '../support/claudeEnvironment.ts';
import { pressEnter, typedText } from '../support/pressEnter.ts';
import { FakeViewer } from '../unit/terminal/fakeViewer.ts';

interface Attached {
  readonly viewer: FakeViewer;
  readonly handle: ViewerHandle;
}

const session = 'testtest';
const tmux = 'tmux -u -L flotilla -f /flotilla/tools/tmux.conf';
/** Draws with colours, wide characters, margins and modes on a screen of its own, and echoes keys in its last line. */
const program = String.raw`
  stty raw -echo
  printf '\033[?1049h\033[2J\033[?1000h\033[?1006h\033[?2004h\033[?25l'
  printf '\033[1;1H\033[1;44m title \033[0m\033[3;5H\033[38;2;200;100;50mtruecolour\033[0m'
  printf '\033[5;1Häöü 漢字 ✅ ok\033[7;10H\033[7mreverse\033[0m\033[10;14r\033[14;1H'
  i=0; while [ $i -lt 40 ]; do printf 'scrolled %s\r\n' $i; i=$((i + 1)); done
  printf '\033[r\033[20;1Hready '
  while key=$(dd bs=1 count=1 2>/dev/null) && [ "$key" != q ]; do printf '%s' "$key"; done`;

describe('the terminal of a session in a container', function () {
  this.timeout(300_000);
  let claude: ClaudeEnvironment;
  let hub: TerminalHub;
  let opened = 0;

  before(async function () {
    claude = await startClaudeEnvironment(this, { rules: [{ match: 'sing', steps: [{ text: 'LA-LA-LA' }] }] });
  });
  after(async () => {
    await claude.close();
  });
  beforeEach(() => {
    opened = 0;
    hub = new TerminalHub({
      open: (_, size, signal) => {
        opened += 1;
        return claude.environment.exec({ command: attachCommand(), tty: size }, signal);
      },
      log: silentLog,
      keepMs: 300,
    });
  });
  afterEach(async () => {
    await hub.close();
    await claude.shell(`${tmux} kill-server`);
    // One that is still ending would take the next test's session down with it.
    const servers = (): Promise<string> => claude.shell('ps ax -o args | grep -c "^tmux -u -L flotilla"');
    await until('tmux has gone', async () => (await servers()).trim() === '0');
  });

  const attach = async (): Promise<Attached> => {
    const viewer = new FakeViewer();
    return { viewer, handle: await hub.attach(session, viewer) };
  };
  /** A person turns to this viewer, whose window has this size. */
  const focus = ({ viewer, handle }: Attached, size: TerminalSize): void => {
    handle.receive({ type: 'focus', size });
    viewer.screen.resize(size);
  };
  const pane = async (): Promise<string[]> =>
    (await claude.shell(`${tmux} capture-pane -p -t claude:`)).split('\n').map((line) => line.trimEnd());
  const shows = async (viewer: FakeViewer, text: string): Promise<void> => {
    const isShown = async (): Promise<boolean> => (await viewer.lines()).some((line) => line.includes(text));
    await until(`the viewer shows ${text}`, isShown).catch(async () => {
      assert.fail(`the viewer does not show ${text}:\n${(await viewer.lines()).join('\n')}`);
    });
  };
  const say = async ({ viewer, handle }: Attached, text: string): Promise<void> => {
    const stands = async (): Promise<boolean> =>
      typedText(text).test((await viewer.lines()).map((line) => line.trimEnd()).join('\n'));
    await until('the text stands there', stands);
    await pressEnter(() => handle.input(Buffer.from('\r')), stands);
  };
  /** The viewer's screen is what tmux itself has. */
  const matchesPane = async (viewer: FakeViewer): Promise<void> => {
    const bare = (lines: string[]): string =>
      lines
        .map((line) => line.trimEnd())
        .join('\n')
        .trimEnd();
    await until('the screens are alike', async () => bare(await viewer.lines()) === bare(await pane())).catch(
      async () => {
        assert.equal(bare(await viewer.lines()), bare(await pane()));
      },
    );
  };

  it('gives a late viewer the very screen that tmux has, with its modes', async () => {
    await claude.environment.writeFiles([{ path: '/tmp/program.sh', content: program }]);
    await claude.shell(`${tmux} new-session -d -s claude -x 100 -y 30 sh /tmp/program.sh`);
    const first = await attach();
    focus(first, { cols: 100, rows: 30 });
    await shows(first.viewer, 'ready');
    const late = await attach();
    assert.equal(opened, 1);
    await matchesPane(late.viewer);
    for (const mode of ['?1049h', '?1000h', '?1006h', '?2004h', '?25l'])
      assert.ok(late.viewer.text().includes(`\x1b[${mode}`), mode);
    assert.ok(late.viewer.text().includes('38;2;200;100;50'));
    late.handle.input(Buffer.from('xyz\x1b[?1;2c'));
    await shows(first.viewer, 'ready xyz');
    await matchesPane(late.viewer);
    await matchesPane(first.viewer);
  });

  it('follows the size of the viewer with the focus', async () => {
    await claude.shell(`${tmux} new-session -d -s claude -x 80 -y 24 sh -c 'while :; do stty size; sleep 0.1; done'`);
    const seen = await attach();
    for (const size of [
      { cols: 90, rows: 20 },
      { cols: 132, rows: 43 },
      { cols: 40, rows: 10 },
    ]) {
      focus(seen, size);
      await shows(seen.viewer, `${size.rows} ${size.cols}`);
    }
  });

  it('leaves no client behind in tmux, and the program runs on', async () => {
    await claude.shell(`${tmux} new-session -d -s claude -x 80 -y 24 sh -c 'echo here; sleep 1000'`);
    const { viewer, handle } = await attach();
    await shows(viewer, 'here');
    await handle.close();
    await until('the client has gone', async () => (await claude.shell(`${tmux} list-clients`)) === '');
    const again = await attach();
    await shows(again.viewer, 'here');
    assert.equal(opened, 2);
  });

  it('takes a flood of output at the pace of its parser, and viewers end at the same screen', async () => {
    await claude.shell(
      `${tmux} new-session -d -s claude -x 100 -y 30 sh -c 'seq 1 300000; printf "the end"; sleep 1000'`,
    );
    const viewers = [await attach(), await attach()];
    for (const { viewer, handle } of viewers) {
      const timer = setInterval(() => {
        handle.receive({ type: 'ack', bytes: viewer.received.length });
      }, 20);
      after(() => {
        clearInterval(timer);
      });
    }
    for (const { viewer } of viewers) await shows(viewer, 'the end');
    for (const { viewer } of viewers) await matchesPane(viewer);
  });

  it("shows Claude Code's own interface, live and late, and takes what is typed", async () => {
    const options = { prompt: '', workspaceFolder, permissionMode: 'bypassPermissions', context: 'A test.' } as const;
    const tui = await Tui.start(claude.environment, options);
    const seen = await attach();
    const { viewer, handle } = seen;
    focus(seen, { cols: 110, rows: 35 });
    await shows(viewer, '❯');
    handle.input(Buffer.from('sing a song'));
    await shows(viewer, 'sing a song');
    await say(seen, 'sing a song');
    await shows(viewer, 'LA-LA-LA');
    const late = await attach();
    await matchesPane(late.viewer);
    await matchesPane(viewer);
    assert.equal(await tui.alive(), true);
    await tui.stop();
  });
});
