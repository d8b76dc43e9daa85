import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { folders } from '../../src/client/folders.ts';
import { shortHash } from '../../src/engine/base/ids.ts';
import { type HostProcess, startOnHost } from '../../src/engine/process/run.ts';
import { requirePart } from '../support/bed.ts';
import { labelled } from '../support/leftovers.ts';
import { TestBrowser, screenshot } from '../support/vscode/browser.ts';
import { Workbench } from '../support/vscode/workbench.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A newcomer without an account: `npm start -- --demo`, and then nothing but the walkthrough. */
describe('npm start -- --demo', function () {
  this.timeout(300_000);
  let program: HostProcess;
  let browser: TestBrowser;
  let window: Workbench;
  let said = '';

  before(async function () {
    for (const part of ['claude image', 'code-server', 'chromium', 'package'] as const) await requirePart(this, part);
    const args = [path.join(root, 'test/start/main.ts'), '--demo', '--server'];
    const baseImage = await requirePart(this, 'base image');
    const env = { FLOTILLA_TEST_BASE_IMAGE: baseImage };
    program = startOnHost({ file: process.execPath, args, cwd: root, env, timeoutMs: 900_000 });
    program.stdin.end();
    program.stderr.resume();
    const url = new Promise<string>((resolve, reject) => {
      program.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        const [found] = /http:\/\/\S+/.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
      void program.ended.finally(() => {
        reject(new Error(`it ended:\n${said}`));
      });
    });
    browser = await TestBrowser.start();
    window = new Workbench(await browser.page());
    await window.open(await url);
  });
  after(async () => {
    await browser.close();
    program.kill();
    await program.ended;
  });

  it('leads a newcomer to a working session by the walkthrough alone', async () => {
    const { page } = window;
    await window.show('Flotilla');
    await page.getByRole('button', { name: 'Open Walkthrough' }).click();
    const steps = page.locator('.getting-started-step');
    await steps.filter({ hasText: 'Check Docker' }).click();
    await page.getByRole('button', { name: 'Check System' }).click();
    await steps.filter({ hasText: 'Check Docker' }).locator('.codicon-getting-started-step-checked').waitFor();
    await window.choices.filter({ hasText: 'Docker' }).first().waitFor();
    await page.waitForTimeout(300);
    await screenshot(page, 'check-system');
    await page.keyboard.press('Escape');
    await window.input.waitFor({ state: 'hidden' });
    await screenshot(page, 'walkthrough');
    await steps.filter({ hasText: 'Sign In' }).locator('.codicon-getting-started-step-checked').waitFor();
    await steps.filter({ hasText: 'Start a First Session' }).click();
    await page.locator('.getting-started-step.expanded').getByRole('button', { name: 'New Session' }).click();
    await page.locator('.quick-input-title', { hasText: 'New Session' }).waitFor();
    await window.answer('Describe the pear in a file of its own, and commit it.');
    await window.pick('Start');
    await window
      .row(/completed/)
      .first()
      .waitFor({ timeout: 180_000 });
    await screenshot(page, 'walkthrough-first-session');
  });

  it('leaves nothing behind when it is ended', async () => {
    const [, folder = ''] = /[?&]folder=([^&\s]+)/.exec(said) ?? [];
    const home = path.join(path.dirname(decodeURIComponent(folder)), 'home');
    const label = `flotilla.scope=${shortHash(folders({ FLOTILLA_HOME: home }).data)}`;
    assert.notDeepEqual(await labelled(label), []);
    // A polite word to the program alone, as Ctrl+C is.
    process.kill(program.pid ?? 0, 'SIGINT');
    await program.ended;
    assert.match(said, /Cleaning up/);
    assert.deepEqual(await labelled(label), []);
    assert.ok(!existsSync(home));
  });
});
