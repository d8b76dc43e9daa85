import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { hostScenario } from '../support/vscode/hostScenario.ts';
import { VscodeBed } from '../support/vscode/vscodeBed.ts';
import { Workbench } from '../support/vscode/workbench.ts';

/** A session's files and its container, by mouse and keyboard. */
describe('files of a session, by hand', function () {
  this.timeout(300_000);
  let bed: VscodeBed;
  let window: Workbench;
  let client: EngineClient;
  let session = '';

  before(async function () {
    bed = await VscodeBed.start(this, {
      scenario: hostScenario,
      // The DOM renderer puts the screen into the page as text.
      settings: { 'terminal.integrated.gpuAcceleration': 'off' },
    });
    const { folder } = await sampleRepository(bed.flotilla.folder);
    const made = ['new', folder, '--prompt', 'describe the pear', ...bed.flotilla.buildArguments];
    const { exitCode, stdout, stderr } = await bed.flotilla.run(made);
    assert.equal(exitCode, 0, stdout + stderr);
    [session = ''] = await bed.flotilla.sessionIds();
    client = await bed.flotilla.connect();
    window = await bed.window(folder);
    await window.show('Flotilla');
    await window.row('describe the pear').first().waitFor();
  });
  afterEach(function () {
    return bed.afterTest(this);
  });
  after(async () => {
    client.close();
    await bed.close();
  });

  const read = async (path: string): Promise<string> =>
    Buffer.from((await client.call('file.read', { session, path })).content, 'base64').toString('utf8');
  const becomes = async (wish: () => Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + 90_000; !(await wish());) {
      assert.ok(Date.now() < end, 'it did not come to be');
      await window.page.waitForTimeout(100);
    }
  };

  it('open from their row, are edited and saved', async () => {
    await window.expand(window.row('describe the pear').first());
    const row = window.row('pear.md').first();
    await row.hover();
    await row.getByRole('button', { name: /Open File/ }).click();
    const editor = window.page.locator('.editor-instance .monaco-editor', { hasText: '# Pear' }).first();
    await editor.locator('.view-line').first().click();
    await window.page.keyboard.press('Control+End');
    await window.page.keyboard.type('Sweet.');
    await window.screenshot('file-edited');
    await window.page.keyboard.press('Control+s');
    await becomes(async () => (await read('fruit/pear.md')).includes('Sweet.'));
  });

  it('show in the editor what others write', async () => {
    const content = Buffer.from('# Pear\nWritten by Claude.\n').toString('base64');
    await client.call('file.write', { session, path: 'fruit/pear.md', content });
    await window.page.locator('.monaco-editor', { hasText: 'Written by Claude.' }).first().waitFor();
  });

  it('are compared all at once', async () => {
    await window.choose(window.row('describe the pear').first(), 'Open All Changes');
    await window.tab('Changes of describe the pear').waitFor();
    await window.page.locator('.monaco-diff-editor', { hasText: 'And pears.' }).first().waitFor();
    await window.screenshot('all-changes');
  });

  it('are found folder by folder', async () => {
    await window.run('Flotilla: Open File of Session');
    await window.pick('describe the pear');
    await window.choices.filter({ hasText: 'README.md' }).waitFor();
    await window.screenshot('open-file');
    await window.pick('fruit');
    await window.pick('apple.md');
    await window.tab('apple.md').waitFor();
  });

  it('are in reach of a shell', async () => {
    await window.run('Flotilla: Open Shell in Container');
    await window.pick('describe the pear');
    const screen = window.page.locator('.terminal-wrapper.active .xterm-screen');
    await screen.filter({ hasText: '$' }).click();
    await window.page.keyboard.type('touch "made in the shell"\n');
    await becomes(async () =>
      (await client.call('file.list', { session })).entries.some(({ name }) => name === 'made in the shell'),
    );
    await window.screenshot('shell');
  });

  it('open as a folder in a window of their own', async () => {
    const opened = window.page.context().waitForEvent('page');
    await window.run('Flotilla: Open Files in New Window');
    await window.pick('describe the pear');
    const page = await opened;
    const other = new Workbench(page);
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'README.md' }).waitFor();
    await other.screenshot('folder');
    await page.close();
  });

  it('are attached to with another extension, which is offered where it is missing', async () => {
    await window.run('Flotilla: Attach with Dev Containers');
    await window.pick('describe the pear');
    const toast = window.toast('needs the Dev Containers extension');
    await toast.getByRole('button', { name: 'Copy docker exec Command' }).waitFor();
    // One with the mouse over it stays. Until it has come to rest.
    await toast.hover();
    await window.page.waitForTimeout(500);
    await window.screenshot('attach-offer');
    await toast.getByRole('button', { name: 'Copy docker exec Command' }).click();
  });
});
