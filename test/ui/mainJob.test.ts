import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import { labelled } from '../support/leftovers.ts';
import { git, type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { hostScenario } from '../support/vscode/hostScenario.ts';
import { VscodeBed } from '../support/vscode/vscodeBed.ts';
import type { Workbench } from '../support/vscode/workbench.ts';

/** The main job as a person does it in VS Code, by mouse and keyboard, with the packaged extension. */
describe('a person in VS Code', function () {
  this.timeout(300_000);
  let bed: VscodeBed;
  let sample: SampleRepository;
  let window: Workbench;

  before(async function () {
    bed = await VscodeBed.start(this, { scenario: hostScenario });
    sample = await sampleRepository(bed.flotilla.folder);
    window = await bed.window(sample.folder);
  });
  afterEach(function () {
    return bed.afterTest(this);
  });
  after(() => bed.close());

  it('is welcomed, and starts a session with two answers', async () => {
    await window.show('Flotilla');
    await window.page.getByRole('button', { name: 'New Session' }).first().waitFor();
    await window.screenshot('welcome');
    await window.page.getByRole('button', { name: 'New Session' }).first().click();
    await window.input.waitFor();
    await window.input.fill('describe the pear');
    await window.screenshot('new-session-task');
    await window.page.keyboard.press('Enter');
    await window.choices.filter({ hasText: 'Start' }).first().waitFor();
    await window.screenshot('new-session-start');
    await window.page.keyboard.press('Enter');
    await window.toast('New session').waitFor();
    await window.screenshot('new-session-progress');
  });

  it('watches the session work until its row says that it is completed', async () => {
    await window.row('describe the pear').first().waitFor();
    await window
      .row(/completed/i)
      .first()
      .waitFor({ timeout: 120_000 });
    await window.webview.getByText('The pear is described.').first().waitFor();
    await window.screenshot('session-completed');
    assert.equal(await window.toast(/has finished/).count(), 0, 'what is before the eyes needs no notification');
  });

  it('is told, once, when a session finishes that is not looked at', async () => {
    // The notification goes by itself after some seconds: somebody must wait for it all along.
    const toast = window.toast(/elsewhere has finished/);
    const told = toast.waitFor({ timeout: 180_000 }).then(() => toast.count());
    const made = ['new', sample.folder, '--name', 'elsewhere', '--prompt', 'describe the pear'];
    const { exitCode, stderr } = await bed.flotilla.run([...made, ...bed.flotilla.buildArguments]);
    assert.equal(exitCode, 0, stderr);
    assert.equal(await told, 1);
    await bed.flotilla.run(['remove', 'elsewhere', '--discard', '--yes']);
    await window.row('elsewhere').waitFor({ state: 'hidden' });
  });

  it('opens a changed file of the row as a diff against the base', async () => {
    await window.expand(window.row('describe the pear').first());
    await window.row('README.md').first().click();
    await window.tab('README.md').first().waitFor();
    await window.page
      .locator('.monaco-diff-editor .modified-in-monaco-diff-editor', { hasText: 'And pears.' })
      .waitFor();
    await window.screenshot('diff');
  });

  it('pushes the branch from the context menu of the row', async () => {
    await window.choose(window.row('describe the pear').first(), 'Push');
    await window.toast(/Pushed/).waitFor();
    const branches = await git(sample.remote, 'branch', '--list', 'flotilla/*');
    assert.match(branches, /flotilla\/describe-the-pear-/);
  });

  it('cancels a start, which leaves nothing behind', async () => {
    await window.run('Flotilla: New Session');
    await window.answer('wait long');
    await window.pick('More…');
    await window.choices.filter({ hasText: 'Setup command' }).first().waitFor();
    await window.screenshot('new-session-more');
    await window.input.fill('setup');
    await window.pick('Setup command');
    await window.page.locator('.quick-input-title', { hasText: 'Setup command' }).waitFor();
    await window.answer('sleep 600');
    await window.pick('Start');
    const toast = window.toast('New session');
    await toast.filter({ hasText: /setup|sleep/i }).waitFor({ timeout: 120_000 });
    await toast.getByRole('button', { name: 'Cancel' }).click();
    await toast.waitFor({ state: 'hidden' });
    await window
      .row('wait long')
      .filter({ hasText: /cancelled/i })
      .waitFor();
    const { id } = await bed.flotilla.until('wait long', ({ state }) => state === 'cancelled');
    assert.deepEqual(await labelled(`flotilla.session=${id}`), []);
  });
});
