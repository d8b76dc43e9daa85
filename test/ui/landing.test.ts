import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { keepBoth } from '../support/homeBed.ts';
import { git, type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { bash } from '../support/sessions.ts';
import { seriousFaults } from '../support/vscode/accessibility.ts';
import { VscodeBed } from '../support/vscode/vscodeBed.ts';
import type { Workbench } from '../support/vscode/workbench.ts';

const looks = {
  dark: { theme: 'Default Dark Modern', width: 1280 },
  light: { theme: 'Default Light Modern', width: 1280 },
  'high-contrast': { theme: 'Default High Contrast', width: 1280 },
  'high-contrast-light': { theme: 'Default High Contrast Light', width: 1280 },
  // What is left for the panel beside the view is some 320 pixels.
  narrow: { theme: 'Default Dark Modern', width: 548 },
} as const;

const say = (word: string) => ({
  match: `say ${word}`,
  steps: [bash(`sed -i s/two/${word}/ list.txt && git commit -qam 'Say ${word}'`), { text: `It says ${word}.` }],
});

/** Two sessions that conflict with main and with each other come home by clicks alone. */
describe('landing sessions by hand', function () {
  this.timeout(300_000);
  let bed: VscodeBed;
  let sample: SampleRepository;
  let window: Workbench;

  before(async function () {
    bed = await VscodeBed.start(this, {
      scenario: { rules: [keepBoth(), say('first'), say('second')] },
      settings: { 'flotilla.landing.push': 'target' },
    });
    sample = await sampleRepository(bed.flotilla.folder, {
      'list.txt': 'one\ntwo\nthree\n',
      '.flotilla.yaml': 'verify: grep -c . list.txt && grep three list.txt\n',
    });
    for (const word of ['first', 'second']) {
      const made = ['new', sample.folder, '--name', word, '--prompt', `say ${word}`, ...bed.flotilla.buildArguments];
      const { exitCode, stderr } = await bed.flotilla.run(made);
      assert.equal(exitCode, 0, stderr);
    }
    await writeFile(path.join(sample.folder, 'list.txt'), 'one\ntheirs\nthree\n');
    await sample.git('commit', '--quiet', '--all', '--message', 'By somebody else');
    await sample.git('push', '--quiet', 'origin', 'main');
    window = await bed.window(sample.folder);
    await window.show('Flotilla');
    await window.row('first').first().waitFor();
  });
  afterEach(function () {
    return bed.afterTest(this);
  });
  after(() => bed.close());

  const onMain = (): Promise<string> => git(sample.remote, 'show', 'main:list.txt');
  const landed = (name: string): Promise<void> =>
    window.row(name).filter({ hasText: 'landed on main' }).first().waitFor({ timeout: 180_000 });

  it('says before what would happen', async () => {
    await window.row('first').first().click();
    await window.webview.getByRole('tab', { name: 'Landing' }).click();
    await window.webview.getByText(/1 commit would move, with conflicts in 1 file/).waitFor();
    await window.screenshot('landing-plan');
    await window.run('Flotilla: Show Landing Plan');
    await window.pick('first');
    await window.tab('Landing plan.md').waitFor();
    await window.run('Flotilla: Show Landing Forecast');
    await window.tab('Landing forecast.md').waitFor();
    await window.screenshot('landing-forecast');
  });

  it('goes the whole way: Claude resolves the conflict, the project verifies, the target is pushed', async () => {
    await window.choose(window.row('first').first(), 'Land Session');
    await window.choices.filter({ hasText: 'conflicts predicted in 1 file' }).waitFor();
    await window.screenshot('landing-pick');
    await window.pick('Land onto main');
    await landed('first');
    await window.webview.getByText('3', { exact: false }).first().waitFor();
    await window.screenshot('landing-landed');
    assert.equal(await onMain(), 'one\ntheirs\nfirst\nthree');
  });

  it('waits for a person where Claude is not sure, and shows it on the row and in the panel', async () => {
    bed.flotilla.api.setScenario({ rules: [keepBoth(0.4)] });
    await window.choose(window.row('second').first(), 'Land Session');
    await window.pick('Land onto main');
    await window
      .row('second')
      .filter({ hasText: 'landing: 1 resolution to look at' })
      .first()
      .waitFor({ timeout: 180_000 });
    await window.webview.locator('.conflict').getByText('40% sure').waitFor();
    await window.screenshot('landing-proposal');
  });

  for (const [look, { theme, width }] of Object.entries(looks))
    it(`can be read in ${look}, and axe finds nothing serious`, async () => {
      await bed.server.set({ 'workbench.colorTheme': theme });
      const other = await bed.window(sample.folder, { viewport: { width, height: 800 } });
      await other.show('Flotilla');
      await other.row('second').first().click();
      await other.webview.getByRole('tab', { name: 'Landing' }).click();
      await other.webview.locator('.conflict').getByText('40% sure').waitFor();
      await other.screenshot(`landing-${look}`);
      const faults = await seriousFaults(other.page);
      await other.page.close();
      assert.deepEqual([...new Set(faults)], []);
    });

  it('refuses what Claude proposes, which puts the conflict back', async () => {
    await window.webview
      .locator('.conflict')
      .getByRole('button', { name: /^Refuse/ })
      .click();
    await window.webview.locator('.conflict-open').waitFor();
    await window.screenshot('landing-conflict');
  });

  it('resolves a conflict in the merge editor, and goes on from the notification', async () => {
    await window.webview
      .locator('.conflict')
      .getByRole('button', { name: /^Merge Editor/ })
      .click();
    const editor = window.page.locator('.merge-editor');
    await editor.waitFor();
    await editor.getByText('Accept Target', { exact: true }).waitFor();
    await window.screenshot('landing-merge-editor');
    await editor.getByText('Accept Target', { exact: true }).click();
    await editor.getByText(/^Accept Session/).click();
    await editor.getByText('0 Conflicts Remaining').waitFor();
    await window.page.getByRole('button', { name: 'Complete Merge' }).first().click();
    const toast = window.toast('no conflict is left');
    await toast.waitFor();
    // One with the mouse over it stays.
    await toast.hover();
    await window.screenshot('landing-resolved');
    await toast.getByRole('button', { name: 'Continue Landing' }).click();
    await landed('second');
    assert.match(await onMain(), /^one\ntheirs\nfirst\nsecond\nthree$/);
  });

  it('undoes a landing with a commit that takes it back', async () => {
    await window.choose(window.row('second').first(), 'Undo Landing');
    await window.button('Push a Revert Commit').click();
    await window.toast('was undone').first().waitFor({ timeout: 180_000 });
    assert.equal(await onMain(), 'one\ntheirs\nfirst\nthree');
  });
});
