import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Session } from '../../src/protocol/session.ts';
import type { PanelAction, TimelineItem } from '../../src/protocol/panel.ts';
import { requirePart } from '../support/bed.ts';
import { aSession } from '../support/storedSession.ts';
import { LonePanel } from '../support/vscode/lonePanel.ts';
import { longestTask } from '../support/vscode/longestTask.ts';

const at = '2026-01-01T10:00:00.000Z';
const evil = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>';
const timeline = (seq: number, kind: 'prompt' | 'text' | 'tool', text: string, subject?: string): TimelineItem => ({
  seq,
  at,
  entry: { kind: 'timeline', timeline: { kind, text, ...(subject === undefined ? {} : { subject }) } },
});
const step = (seq: number, name: string, status: 'running' | 'done'): TimelineItem => ({
  seq,
  at,
  entry: { kind: 'step', progress: { step: name, title: `Step ${name}`, status, fraction: 0.5 } },
});

describe("the panel's page", function () {
  this.timeout(180_000);
  let panel: LonePanel;

  before(async function () {
    await requirePart(this, 'chromium');
    await requirePart(this, 'package');
  });
  beforeEach(async () => {
    panel = await LonePanel.open();
  });
  afterEach(async () => {
    const { problems } = panel;
    await panel.close();
    assert.deepEqual(problems, [], 'what the policy refused, or what went wrong in the page');
  });

  const show = (changes: Partial<Session>, actions: PanelAction[] = []): Promise<void> =>
    panel.say({ type: 'session', session: aSession(changes), actions, canSend: true });

  it('shows what a repository, Claude or a container wrote as text, never as markup', async () => {
    await show({
      name: evil,
      branch: evil,
      state: 'failed',
      reason: { code: 'x', message: evil, detail: evil },
      notices: [evil],
    });
    await panel.say({
      type: 'timeline',
      reset: true,
      isCut: false,
      items: [timeline(1, 'text', evil.repeat(20)), timeline(2, 'tool', evil, evil)],
    });
    await panel.page.getByRole('button', { name: 'Show more' }).click();
    await panel.say({
      type: 'changes',
      changes: { kind: 'known', files: [{ path: `a/${evil}`, from: evil, status: 'renamed', added: 1, removed: 0 }] },
    });
    await panel.say({ type: 'terminalOff', message: evil, isConnecting: false });
    assert.equal(await panel.page.locator('h1').textContent(), evil);
    assert.equal(await panel.page.locator('#panel img, #panel script').count(), 0);
    assert.equal(await panel.page.evaluate('globalThis.hacked'), undefined);
  });

  it('shows no character that turns the direction of text round', async () => {
    await show({ name: 'invoice\u202Efdp.exe\u0007' });
    assert.equal(await panel.page.locator('h1').textContent(), 'invoicefdp.exe');
  });

  it('says how the session stands, what it costs and what can be done', async () => {
    await show(
      {
        state: 'running',
        activity: { kind: 'needs-input', about: 'permission for Bash', since: at },
        context: { usedTokens: 150_000, windowTokens: 200_000 },
      },
      ['takeOver', 'stop'],
    );
    assert.equal(await panel.page.getByRole('status').first().textContent(), 'Needs input: permission for Bash');
    assert.equal(await panel.page.getByRole('meter').getAttribute('aria-valuenow'), '75');
    await panel.page.locator('[data-action=stop]').click();
    await panel.page.locator('[data-action=takeOver]').click();
    await panel.hears('action', ({ action }) => action === 'takeOver');
    assert.deepEqual(
      panel.all('action').map(({ action }) => action),
      ['stop', 'takeOver'],
    );
  });

  it('tells a session that is gone from one that is not known yet', async () => {
    await panel.say({ type: 'session', actions: [], canSend: false, trouble: 'Connecting to the engine…' });
    await panel.page.getByText('Connecting to the engine…').waitFor();
    await panel.say({ type: 'session', actions: [], canSend: false });
    await panel.page.getByText('This session was removed.').waitFor();
  });

  it('shows each step of a start once, with its newest news', async () => {
    const items = [step(1, 'a', 'running'), step(2, 'b', 'running'), step(3, 'a', 'done'), step(4, 'b', 'done')];
    await panel.say({ type: 'timeline', reset: true, isCut: false, items });
    await panel.say({ type: 'timeline', reset: false, isCut: false, items: items.slice(2) });
    assert.deepEqual(await panel.page.locator('.entry-label').allTextContents(), ['Step a', 'Step b']);
    assert.equal(await panel.page.locator('.entry .codicon-check').count(), 2);
  });

  it('keeps only the newest two thousand entries', async () => {
    const items = Array.from({ length: 2500 }, (_, index) => timeline(index + 1, 'tool', `call ${index}`, 'Bash'));
    await panel.say({ type: 'timeline', reset: true, isCut: false, items });
    await panel.page.locator('.entry').nth(1999).waitFor();
    assert.equal(await panel.page.locator('.entry').count(), 2000);
    await panel.page.getByText('Earlier entries are not shown.').waitFor();
  });

  it('sends a follow-up once, and keeps what could not be sent', async () => {
    await show({ state: 'completed' });
    const field = panel.page.getByRole('textbox', { name: 'Message to Claude' });
    await field.fill('and the plum');
    await field.press('Control+Enter');
    await field.press('Control+Enter');
    const { id, text } = await panel.hears('send');
    assert.equal(text, 'and the plum');
    assert.equal(panel.all('send').length, 1);
    await panel.say({ type: 'sent', id, ok: false });
    assert.equal(await field.inputValue(), 'and the plum');
    await field.press('Control+Enter');
    const again = await panel.hears('send', (message) => message.id !== id);
    await panel.say({ type: 'sent', id: again.id, ok: true });
    await panel.until('document.querySelector("vscode-textarea").value === ""');
  });

  it('asks for changes when they are looked at, and for one by its path', async () => {
    await panel.page.getByRole('tab', { name: 'Changes' }).click();
    await panel.hears('readChanges');
    await panel.say({
      type: 'changes',
      changes: { kind: 'known', files: [{ path: 'src/ü b.ts', status: 'modified', added: 2, removed: 1 }] },
    });
    await panel.page.getByRole('button', { name: /ü b\.ts/ }).click();
    assert.equal((await panel.hears('openChange')).path, 'src/ü b.ts');
  });

  it('goes from part to part with the arrow keys', async () => {
    await panel.page.getByRole('tab', { name: 'Timeline' }).focus();
    await panel.page.keyboard.press('ArrowLeft');
    assert.equal(await panel.page.getByRole('tab', { name: 'Terminal' }).getAttribute('aria-selected'), 'true');
    await panel.page.keyboard.press('ArrowLeft');
    const last = panel.page.getByRole('tab').last();
    assert.equal(await last.getAttribute('aria-selected'), 'true');
    await panel.page.keyboard.press('ArrowRight');
    assert.equal(await panel.page.getByRole('tab').first().getAttribute('aria-selected'), 'true');
  });

  it('fits a width of 320 pixels', async () => {
    await panel.page.setViewportSize({ width: 320, height: 600 });
    await show({ name: 'n'.repeat(200), branch: `flotilla/${'b'.repeat(180)}`, state: 'completed' }, [
      ...(['resume', 'takeOver', 'push', 'allChanges', 'attach', 'shell', 'cancel', 'remove'] as const),
    ]);
    await panel.say({ type: 'timeline', reset: true, isCut: false, items: [timeline(1, 'text', 'w'.repeat(3000))] });
    for (const tab of ['timeline', 'changes', 'landing', 'terminal'] as const) {
      await panel.say({ type: 'tab', tab });
      assert.equal(await panel.page.evaluate('document.documentElement.scrollWidth'), 320, tab);
    }
  });
});

describe("the terminal in the panel's page", function () {
  this.timeout(180_000);
  let panel: LonePanel;
  const size = { cols: 80, rows: 24 };

  before(async function () {
    await requirePart(this, 'chromium');
    await requirePart(this, 'package');
    panel = await LonePanel.open({ state: { sessionId: 'abcd1234', lastTab: 'terminal' } });
  });
  beforeEach(() => panel.forget());
  after(async () => {
    const { problems } = panel;
    await panel.close();
    assert.deepEqual(problems, []);
  });

  const shows = (text: string): Promise<void> => panel.page.locator('.xterm-rows', { hasText: text }).waitFor();
  const typed = (): string =>
    panel
      .all('input')
      .map(({ data }) => data)
      .join('');

  it('shows the screen and what comes, and takes what is typed', async () => {
    await panel.stream(1, size, 'the picture ');
    await panel.bytes(1, 'and more');
    await shows('the picture and more');
    await panel.page.locator('.xterm').click();
    await panel.page.keyboard.type('hé');
    await panel.page.keyboard.press('Control+C');
    await panel.page.keyboard.press('Shift+Enter');
    await panel.page.keyboard.press('Shift+Tab');
    await panel.hears('input', ({ data }) => data === '\x1b[Z');
    assert.equal(typed(), 'hé\x03\x1b\r\x1b[Z');
  });

  it('owns the size once it has the focus, and shows another viewer’s until then', async () => {
    await panel.say({ type: 'terminalSize', stream: 1, size: { cols: 40, rows: 10 } });
    await panel.page.getByText('Sized for another window (40 × 10)').waitFor();
    panel.forget();
    await panel.page.getByRole('button', { name: 'Fit it to this one' }).click();
    const claimed = await panel.hears('focus');
    assert.ok(claimed.size.cols > 80 && claimed.size.rows > 20, JSON.stringify(claimed.size));
    await panel.page.setViewportSize({ width: 600, height: 700 });
    // Where the offer was there is more room now, which it may say first.
    const smaller = await panel.hears('resize', ({ size: { cols } }) => cols < claimed.size.cols);
    await panel.page.setViewportSize({ width: 900, height: 700 });
    await panel.hears('resize', ({ size: { cols } }) => cols > smaller.size.cols);
  });

  it('answers nothing that a program asks its terminal', async () => {
    await panel.bytes(
      1,
      '\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[?25$p\x1b[4$p\x1b]10;?\x07\x1b]4;1;?\x07\x1bP$qm\x1b\\\x1b[>q\x1b[18t',
    );
    await panel.bytes(1, 'asked');
    await shows('asked');
    assert.deepEqual(panel.all('input'), []);
  });

  it('hands over what a program wants in the clipboard, and never says what is in it', async () => {
    await panel.bytes(
      1,
      `\x1b]52;c;${Buffer.from('from Ünit').toString('base64')}\x07\x1b]52;c;?\x07\x1b]52;c;%%%\x07`,
    );
    assert.equal((await panel.hears('clipboardWrite')).text, 'from Ünit');
    await panel.bytes(1, 'done');
    await shows('done');
    assert.equal(panel.all('clipboardWrite').length, 1);
    assert.deepEqual(panel.all('input'), []);
  });

  it('opens a link only with Ctrl held', async () => {
    await panel.stream(2, size, '\x1b[2J\x1b[Hhttps://example.com/a');
    await shows('https://example.com/a');
    const screen = panel.page.locator('.xterm-screen');
    const position = { x: 40, y: 5 };
    await screen.hover({ position });
    await panel.page.locator('.screen[title*="https://example.com/a"]').waitFor();
    await screen.click({ position });
    // A link is found anew when its line is drawn again, as it is when the terminal gets the focus.
    await panel.drawn();
    await panel.page.locator('.screen[title*="https://example.com/a"]').waitFor();
    await screen.click({ position, modifiers: ['Control'] });
    await panel.hears('openLink');
    assert.deepEqual(
      panel.all('openLink').map(({ url }) => url),
      ['https://example.com/a'],
    );
  });

  it('shows the colours that a program gives its text', async () => {
    await panel.bytes(2, '\r\n\x1b[38;2;215;119;87mtrue \x1b[38;5;208mindexed \x1b[31mred\x1b[0m');
    await shows('true indexed red');
    const colors = await panel.page.evaluate(
      '[...document.querySelectorAll(".xterm-rows span")].map((span) => [span.textContent.trim(), getComputedStyle(span).color])',
    );
    assert.deepEqual(new Map(colors as [string, string][]).get('true'), 'rgb(215, 119, 87)');
    assert.deepEqual(new Map(colors as [string, string][]).get('indexed'), 'rgb(255, 135, 0)');
  });

  it('forgets the bytes of an older stream', async () => {
    await panel.stream(3, size, 'new stream');
    await panel.bytes(2, 'too late');
    await shows('new stream');
    assert.doesNotMatch((await panel.page.locator('.xterm-rows').textContent()) ?? '', /too late/);
  });

  it('copies a selection, and pastes as one paste', async () => {
    await panel.stream(4, size, '\x1b[?2004hcopied words');
    await shows('copied words');
    await panel.page.locator('.xterm-screen').dblclick({ position: { x: 20, y: 5 } });
    await panel.page.keyboard.press('Control+Shift+C');
    await panel.until('navigator.clipboard.readText().then((text) => text === "copied")');
    await panel.page.evaluate('navigator.clipboard.writeText("two\\nlines")');
    panel.forget();
    await panel.page.keyboard.press('Control+V');
    await panel.hears('input', ({ data }) => data.includes('lines'));
    assert.equal(typed(), '\x1b[200~two\rlines\x1b[201~');
  });

  it('finds a text, with code that comes only then', async () => {
    await panel.stream(5, size, 'one plum and another plum');
    await shows('another plum');
    await panel.page.locator('.xterm-screen').click();
    await panel.page.keyboard.press('Control+Shift+F');
    const field = panel.page.getByRole('textbox', { name: 'Find in the terminal' });
    await field.fill('another');
    await field.press('Enter');
    await field.press('Escape');
    await panel.page.locator('.xterm-selection div').first().waitFor();
    await panel.page.keyboard.press('Control+Shift+C');
    await panel.until('navigator.clipboard.readText().then((text) => text === "another")');
  });

  it('says why there is no terminal', async () => {
    await panel.say({ type: 'terminalOff', message: 'It is stopped. Resume it first.', isConnecting: false });
    await panel.page.getByText('It is stopped. Resume it first.').waitFor();
    panel.forget();
    await panel.page.keyboard.type('x');
    assert.deepEqual(panel.all('input'), []);
  });

  it('leads to a terminal where Claude works by itself', async () => {
    await panel.say({ type: 'session', session: aSession({ state: 'running' }), actions: ['takeOver'], canSend: true });
    await panel.say({ type: 'tab', tab: 'terminal' });
    await panel.page.getByText('Take over to go on in the terminal.').waitFor();
    await panel.page.locator('.terminal-off').getByRole('button', { name: 'Take Over' }).click();
    assert.equal((await panel.hears('action')).action, 'takeOver');
  });

  it('keeps what is typed while an engine is looked for', async () => {
    await panel.say({ type: 'terminalOff', message: 'Looking for it', isConnecting: true });
    await panel.page.getByText('Looking for it').waitFor();
    await panel.page.locator('.xterm-helper-textarea').focus();
    await panel.page.keyboard.type('y');
    assert.equal((await panel.hears('input')).data, 'y');
  });

  it('takes a flood in, says how much it has shown, and stays responsive', async () => {
    await panel.stream(5, size, '');
    const longest = await longestTask(panel.page, async () => {
      const flood = await panel.page.evaluate(pour, { stream: 5, total: 20 * 1024 * 1024 });
      assert.ok(flood.acknowledged > flood.total - 64 * 1024, JSON.stringify(flood));
    });
    assert.ok(longest > 0 && longest < 500, `a task took ${longest} ms`);
  });
});

interface PageGlobals {
  hear: (message: { type: string; bytes: number }) => unknown;
  postMessage(message: unknown): void;
}

interface Flood {
  readonly acknowledged: number;
  readonly total: number;
}

/** Runs in the page: pours bytes in as the engine would, never more than it allows unacknowledged. */
async function pour({ stream, total }: { stream: number; total: number }): Promise<Flood> {
  const page = globalThis as unknown as PageGlobals;
  const bytes = new TextEncoder().encode(`${'x'.repeat(78)}\r\n`.repeat(400));
  const enough = total - 64 * 1024;
  let [acknowledged, sent] = [0, 0];
  const { hear } = page;
  page.hear = (message) => {
    if (message.type === 'ack') acknowledged += message.bytes;
    else hear(message);
  };
  for (const end = performance.now() + 150_000; acknowledged < enough && performance.now() < end;) {
    for (; sent < total && sent - acknowledged < 512 * 1024; sent += bytes.length)
      page.postMessage({ type: 'terminalBytes', stream, bytes });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  page.hear = hear;
  return { acknowledged, total };
}
