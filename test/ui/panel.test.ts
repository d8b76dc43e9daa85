import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'mocha';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { VscodeBed } from '../support/vscode/vscodeBed.ts';
import type { Workbench } from '../support/vscode/workbench.ts';

/** Claude's own interface in the panel: the real program in its container, with a scripted model. */
describe('the terminal in the session panel', function () {
  this.timeout(300_000);
  let bed: VscodeBed;
  let sample: SampleRepository;
  let window: Workbench;
  let other: Workbench;

  before(async function () {
    bed = await VscodeBed.start(this, {
      // The DOM renderer puts the screen into the page as text.
      settings: { 'terminal.integrated.gpuAcceleration': 'off' },
    });
    sample = await sampleRepository(bed.flotilla.folder);
    window = await bed.window(sample.folder);
  });
  afterEach(function () {
    return bed.afterTest(this);
  });
  after(() => bed.close());

  const screenShows = (bench: Workbench, text: string | RegExp): Promise<void> =>
    bench.webview.locator('.xterm-rows', { hasText: text }).waitFor();

  async function type(bench: Workbench, text: string): Promise<void> {
    await bench.webview.locator('.xterm').click();
    await bench.page.keyboard.type(text);
    await screenShows(bench, text);
    await bench.page.keyboard.press('Enter');
  }

  it('shows the live interface of a session without a task', async () => {
    await window.show('Flotilla');
    await window.run('Flotilla: New Session');
    await window.answer('');
    await window.choices.filter({ hasText: 'Start' }).first().waitFor();
    await window.page.keyboard.press('Enter');
    await screenShows(window, /Claude Code/);
    // Where it takes what is typed.
    await screenShows(window, '❯');
  });

  it('takes what is typed, and shows the reply', async () => {
    await type(window, 'is anybody there');
    await screenShows(window, 'SCRIPTED-REPLY: is anybody there');
    await window.screenshot('panel-terminal');
  });

  it('shows the same screen after a reload of the window', async () => {
    await window.reload();
    await screenShows(window, 'SCRIPTED-REPLY: is anybody there');
  });

  it('shows the same in a second window, and what is typed there in the first', async () => {
    other = await bed.window(sample.folder);
    await other.show('Flotilla');
    await other
      .row(/flotilla\//)
      .first()
      .click();
    await screenShows(other, 'SCRIPTED-REPLY: is anybody there');
    await type(other, 'from the second window');
    await screenShows(window, 'SCRIPTED-REPLY: from the second window');
    await other.page.close();
  });

  it('comes back when the engine was killed', async () => {
    const pidOf = async (): Promise<number> =>
      (await bed.flotilla.json(z.looseObject({ pid: z.number() }), ['engine', 'status'])).pid;
    const pid = await pidOf();
    process.kill(pid, 'SIGKILL');
    // What is typed into a connection that is about to break is lost with it.
    await eventually(() => !existsSync(`/proc/${pid}`), String, 60_000);
    await type(window, 'still here');
    await screenShows(window, 'SCRIPTED-REPLY: still here');
    assert.notEqual(await pidOf(), pid);
  });
});
