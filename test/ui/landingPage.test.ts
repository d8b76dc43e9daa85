import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Landing, LandingPlan } from '../../src/protocol/landing.ts';
import type { PanelLandingAction } from '../../src/protocol/panelLanding.ts';
import { requirePart } from '../support/bed.ts';
import { aSession } from '../support/storedSession.ts';
import { LonePanel } from '../support/vscode/lonePanel.ts';
import { aLanding as landing } from '../support/storedLanding.ts';
import { commit, file, stopOf } from '../unit/cli/landings.ts';

const at = '2026-01-01T10:00:00.000Z';
const evil = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>';
const proposal = file({
  ...{ path: 'fruit/pear.md', state: 'proposed', by: 'claude', confidence: 0.62 },
  ...{ why: 'Both describe the taste; both sentences stay.', warnings: ['A line of the target is gone: sweet'] },
});
const paused: Partial<Landing> = {
  state: 'paused',
  step: 'resolve',
  reason: { code: 'conflicts', message: 'One conflicted file in "Describe the apple" to resolve.' },
  stop: stopOf(file(), proposal),
};
const plan: LandingPlan = {
  target: { branch: 'main', commit: commit('a') },
  head: commit('b'),
  ...{ fastForward: false, upToDate: false, behind: 2, notices: ['A submodule is left alone.'] },
  commits: [
    { id: commit('c'), subject: 'Describe the apple', author: 'A', at, outcome: 'clean', conflicts: [] },
    {
      ...{ id: commit('d'), subject: 'Name the pear', author: 'A', at, outcome: 'conflict' },
      conflicts: [{ path: 'fruit/pear.md', kind: 'content', hunks: 1 }],
    },
  ],
  verify: { suggestions: ['npm test'] },
};

describe("the landing in the panel's page", function () {
  this.timeout(180_000);
  let panel: LonePanel;

  before(async function () {
    await requirePart(this, 'chromium');
    await requirePart(this, 'package');
  });
  beforeEach(async () => {
    panel = await LonePanel.open();
    await panel.say({ type: 'session', session: aSession({ state: 'completed' }), actions: [], canSend: true });
    await panel.page.getByRole('tab', { name: 'Landing' }).click();
    await panel.hears('readLanding');
  });
  afterEach(async () => {
    const { problems } = panel;
    await panel.close();
    assert.deepEqual(problems, [], 'what the policy refused, or what went wrong in the page');
  });

  const show = (changes: Partial<Landing>, actions: PanelLandingAction[] = []): Promise<void> =>
    panel.say({ type: 'landing', landing: { kind: 'known', landing: landing(changes), actions } });
  const part = (role: 'button' | 'meter' | 'list' | 'status', name?: string | RegExp) =>
    panel.page.locator('.landing').getByRole(role, name === undefined ? {} : { name });

  it('shows a dry run before anything is asked for, and makes it anew', async () => {
    const known = { kind: 'known', plan } as const;
    await panel.say({ type: 'landing', landing: { kind: 'known', plan: known, actions: ['land', 'rebase'] } });
    await panel.page.getByText('2 commits would move, with conflicts in 1 file. main is 2 commits ahead.').waitFor();
    assert.equal(await part('list', 'Commits').locator('> li').count(), 2);
    await part('button', 'Plan again').click();
    await panel.hears('readLanding', (message) => message.plan);
    await part('button', 'Land…').click();
    assert.equal((await panel.hears('landing')).action, 'land');
  });

  it('shows each conflict with its kind, who resolved it, how sure that is, and why', async () => {
    await show(paused, ['resolve', 'abort']);
    const card = panel.page.locator('.conflict[data-path="fruit/pear.md"]');
    assert.match(
      (await card.textContent()) ?? '',
      /both changed it.*Proposed.*by Claude.*62% sure.*Both describe the taste/s,
    );
    assert.equal(await part('meter', 'Confidence').getAttribute('aria-valuenow'), '62');
    await card.getByRole('button', { name: /^Accept/ }).click();
    const accepted = await panel.hears('landing', ({ action }) => action === 'accept');
    assert.equal(accepted.path, 'fruit/pear.md');
    await panel.page
      .locator('.conflict-open')
      .getByRole('button', { name: /^Merge Editor/ })
      .click();
    const opened = await panel.hears('landing', ({ action }) => action === 'openConflict');
    assert.equal(opened.path, 'fruit/apple.md');
  });

  it('lets nothing be done to files while something is under way', async () => {
    await show({ ...paused, state: 'running' }, ['abort']);
    await panel.page.locator('.conflict').nth(1).waitFor();
    assert.equal(await panel.page.locator('.conflict').count(), 2);
    assert.equal(await panel.page.locator('.conflict button').count(), 0);
  });

  it('keeps the focus where it was when what it shows changes', async () => {
    await show(paused, ['resolve', 'abort']);
    await panel.page
      .locator('.conflict-open')
      .getByRole('button', { name: /^Session's/ })
      .focus();
    await show({ ...paused, stop: stopOf(file({ warnings: ['new'] }), proposal) }, ['resolve', 'abort']);
    await panel.page.getByText('new', { exact: true }).waitFor();
    assert.equal(await panel.page.evaluate('document.activeElement.dataset.key'), 'theirs fruit/apple.md');
  });

  it('streams what the verification writes, as text', async () => {
    const ran = { command: 'npm test', commit: commit('e'), startedAt: at, uncommitted: 2 };
    await show({ step: 'verify', verify: { ...ran, outcome: 'running' } });
    await panel.page.getByText('running, on eeeeeeee with 2 uncommitted files').waitFor();
    await panel.say({ type: 'landingOutput', text: `\u001b[32mok\u001b[0m 1\n${evil}\n10%\r` });
    await panel.say({ type: 'landingOutput', text: '20%\n' });
    await panel.until('document.querySelector(".verify-output").textContent.includes("20%")');
    assert.equal(await panel.page.locator('.verify-output').textContent(), `ok 1\n${evil}\n20%\n`);
    assert.equal(await panel.page.evaluate('globalThis.hacked'), undefined);
  });

  it('keeps up with a flood of output', async () => {
    const verify = { command: 'npm test', commit: commit('e'), outcome: 'running', startedAt: at } as const;
    await show({ step: 'verify', verify });
    const text = 'x'.repeat(16_000);
    for (let piece = 0; piece < 60; piece += 1) await panel.say({ type: 'landingOutput', text });
    await panel.say({ type: 'landingOutput', text: '\nthe end' });
    await panel.until('document.querySelector(".verify-output").textContent.endsWith("the end")');
    assert.equal((await panel.page.locator('.verify-output').textContent())?.length, 64 * 1024);
  });

  it('shows what a repository or Claude wrote as text, never as markup', async () => {
    const files = [file({ path: evil, why: evil, warnings: [evil], state: 'proposed', by: 'claude', confidence: 1 })];
    await show({
      ...paused,
      reason: { code: 'conflicts', message: evil, detail: evil },
      target: { branch: evil, commit: commit('a') },
      stop: { ...stopOf(...files), subject: evil, alsoChanged: [{ path: evil, why: evil }] },
      resolved: [stopOf(file({ path: evil }))],
      pushes: [{ mode: 'branch', remote: evil, branch: evil, commit: commit('f'), at, pullRequestUrl: evil }],
    });
    assert.equal(await panel.page.locator('.landing img, .landing script').count(), 0);
    assert.equal(await panel.page.evaluate('globalThis.hacked'), undefined);
  });

  it('tells what goes on to those who listen, politely', async () => {
    await show({ reason: { code: 'rebasing', message: 'Rebasing commit 1 of 2.' } });
    const status = panel.page.locator('.landing-status');
    assert.equal(await status.getAttribute('aria-live'), 'polite');
    await show({ reason: { code: 'rebasing', message: 'Rebasing commit 2 of 2.' } });
    assert.match((await status.textContent()) ?? '', /commit 2 of 2/);
  });

  it('leads to the pull request once there is one', async () => {
    const push = { mode: 'branch', remote: 'origin', branch: 'b', commit: commit('f'), at } as const;
    await show({ state: 'landed', step: 'push', pushes: [push] }, ['undo', 'pullRequest']);
    await part('button', 'Open Pull Request').click();
    assert.equal((await panel.hears('landing')).action, 'pullRequest');
  });

  it('fits a width of 320 pixels', async () => {
    await panel.page.setViewportSize({ width: 320, height: 600 });
    const long = `${'folder/'.repeat(30)}${'n'.repeat(200)}.md`;
    await show(
      {
        ...paused,
        stop: stopOf(file({ path: long, state: 'proposed', by: 'claude', confidence: 0.5, why: 'w'.repeat(300) })),
      },
      ['resolve', 'abort'],
    );
    assert.equal(await panel.page.evaluate('document.documentElement.scrollWidth'), 320);
    assert.equal(await panel.page.evaluate('document.querySelector(".landing").scrollWidth <= 320'), true);
    await panel.page.setViewportSize({ width: 900, height: 700 });
  });
});
