import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { EngineClient } from '../../src/client/engineClient.ts';
import type { Session } from '../../src/protocol/session.ts';
import { hostCertificates } from '../support/bed.ts';
import { sampleRepository } from '../support/sampleRepository.ts';
import { VscodeBed } from '../support/vscode/vscodeBed.ts';
import type { Workbench } from '../support/vscode/workbench.ts';

/** The same live terminal in VS Code's own terminal view, and the way from a session that works by itself to one. */
describe('the terminals of sessions in VS Code', function () {
  this.timeout(300_000);
  let bed: VscodeBed;
  let client: EngineClient;
  let window: Workbench;
  let talk: Session;

  before(async function () {
    bed = await VscodeBed.start(this, {
      settings: { 'terminal.integrated.gpuAcceleration': 'off' },
      scenario: { rules: [{ match: 'describe the pear', steps: [{ text: 'The pear is round.' }] }] },
    });
    const { folder } = await sampleRepository(bed.flotilla.folder);
    client = await bed.flotilla.connect();
    const certificates = hostCertificates();
    const common = { repository: folder, ...(certificates === undefined ? {} : { certificates }) };
    const pear = await client.call('session.create', { ...common, name: 'pear', prompt: 'describe the pear' });
    ({ session: talk } = await client.call('session.create', { ...common, name: 'talk', mode: 'interactive' }));
    await bed.flotilla.until(pear.session.id, ({ state }) => state === 'completed');
    await bed.flotilla.until(talk.id, ({ activity }) => activity?.kind === 'idle');
    window = await bed.window(folder);
    await window.show('Flotilla');
    await window.row('talk').first().click();
    await window.webview.locator('.xterm-rows', { hasText: 'Claude Code' }).waitFor();
  });
  afterEach(function () {
    return bed.afterTest(this);
  });
  after(async () => {
    client.close();
    await bed.close();
  });

  const native = (): ReturnType<Workbench['page']['locator']> =>
    window.page.locator('.terminal-wrapper.active .xterm-rows');

  it("is opened in VS Code's own, where it takes what is typed", async () => {
    await window.webview.locator('[data-action=nativeTerminal]').click();
    await native().filter({ hasText: 'Claude Code' }).waitFor();
    await window.page.locator('.terminal-wrapper.active .xterm.focus').waitFor();
    await window.page.keyboard.type('typed here');
    await native().filter({ hasText: 'typed here' }).waitFor();
    await window.page.keyboard.press('Enter');
    await native().filter({ hasText: 'SCRIPTED-REPLY: typed here' }).waitFor();
    await window.webview.locator('.xterm-rows', { hasText: 'SCRIPTED-REPLY: typed here' }).waitFor();
    await window.screenshot('native-terminal');
  });

  it('has the size of the one that is typed into', async () => {
    await window.webview.getByText('Sized for another window').waitFor();
    await window.webview.locator('.xterm').click();
    await native().filter({ hasText: 'Press a key to fit it to this one.' }).waitFor();
    await window.page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
    await window.page.keyboard.press('ArrowRight');
    await native().filter({ hasText: 'SCRIPTED-REPLY: typed here' }).waitFor();
    await window.webview.getByText('Sized for another window').waitFor();
  });

  it('is offered as a profile', async () => {
    await window.run('Create New Terminal (With Profile)');
    await window.pick('Flotilla Session');
    await window.choices.filter({ hasText: 'talk' }).first().waitFor();
    await window.pick('talk');
    await native().filter({ hasText: 'SCRIPTED-REPLY: typed here' }).waitFor();
  });

  it('comes to a session that works by itself when it is taken over', async () => {
    await window.row('pear').first().click();
    await window.webview.getByRole('heading', { name: 'pear' }).waitFor();
    await window.webview.getByRole('tab', { name: 'Terminal' }).click();
    await window.webview.locator('.terminal-off').getByRole('button', { name: 'Take Over' }).click();
    await window.webview.locator('.xterm-rows', { hasText: 'The pear is round.' }).waitFor();
  });

  it('ends with its session', async () => {
    await client.call('session.remove', { session: talk.id, discard: true });
    await window.page.locator('.terminal-wrapper').first().waitFor({ state: 'detached' });
    assert.equal(await window.page.locator('.terminal-wrapper').count(), 0);
  });
});
