import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { EngineClient } from '../../src/client/engineClient.ts';
import { hostCertificates } from '../support/bed.ts';
import { type SampleRepository, sampleRepository } from '../support/sampleRepository.ts';
import { seriousFaults } from '../support/vscode/accessibility.ts';
import { hostScenario } from '../support/vscode/hostScenario.ts';
import { VscodeBed } from '../support/vscode/vscodeBed.ts';
import type { Workbench } from '../support/vscode/workbench.ts';

const looks = {
  dark: { theme: 'Default Dark Modern', width: 1280 },
  light: { theme: 'Default Light Modern', width: 1280 },
  'high-contrast': { theme: 'Default High Contrast', width: 1280 },
  'high-contrast-light': { theme: 'Default High Contrast Light', width: 1280 },
  // The view and the panel side by side have little each.
  narrow: { theme: 'Default Dark Modern', width: 680 },
} as const;

/** Every view in every look. The pictures are for people; axe-core judges the panel. */
describe('what Flotilla looks like', function () {
  this.timeout(300_000);
  let bed: VscodeBed;
  let sample: SampleRepository;
  let client: EngineClient;

  before(async function () {
    bed = await VscodeBed.start(this, {
      scenario: hostScenario,
      settings: { 'terminal.integrated.gpuAcceleration': 'off' },
    });
    sample = await sampleRepository(bed.flotilla.folder);
    client = await bed.flotilla.connect();
    await makeSessions();
  });
  afterEach(function () {
    return bed.afterTest(this);
  });
  after(async () => {
    client.close();
    await bed.close();
  });

  /** One that finished, one to talk to, one that failed, one that was not started. */
  async function makeSessions(): Promise<void> {
    const certificates = hostCertificates();
    const common = { repository: sample.folder, ...(certificates === undefined ? {} : { certificates }) };
    const create = async (more: { name: string; prompt?: string; start?: boolean; setup?: string }): Promise<string> =>
      (await client.call('session.create', { ...common, ...more })).session.id;
    const pear = await create({ name: 'Describe the pear', prompt: 'describe the pear' });
    const broken = await create({ name: 'Plant a plum', prompt: 'plum', setup: 'echo no plums here >&2; exit 3' });
    const { session } = await client.call('session.create', { ...common, name: 'Talk about it', mode: 'interactive' });
    await create({ name: 'Count the fruit', prompt: 'count', start: false });
    await bed.flotilla.until(pear, ({ state }) => state === 'completed');
    await bed.flotilla.until(broken, ({ state }) => state === 'failed');
    await bed.flotilla.until(session.id, ({ state, activity }) => state === 'running' && activity?.kind === 'idle');
  }

  async function open(window: Workbench, name: string): Promise<void> {
    await window.row(name).first().click();
    await window.tab(name).first().waitFor();
    await window.webview.getByRole('heading', { name }).waitFor();
  }

  for (const [look, { theme, width }] of Object.entries(looks))
    it(`can be read in ${look}, and axe finds nothing serious`, async () => {
      await bed.server.set({ 'workbench.colorTheme': theme });
      const window = await bed.window(sample.folder, { viewport: { width, height: 800 } });
      await window.show('Flotilla');
      const faults: string[] = [];
      for (const name of ['Plant a plum', 'Describe the pear', 'Talk about it']) {
        await open(window, name);
        if (name === 'Talk about it') await window.webview.locator('.xterm-rows', { hasText: 'Claude Code' }).waitFor();
        await window.screenshot(`${look}-${name.toLowerCase().replaceAll(' ', '-')}`);
        faults.push(...(await seriousFaults(window.page)));
      }
      await open(window, 'Describe the pear');
      await window.webview.getByRole('tab', { name: 'Changes' }).click();
      await window.webview.getByText('pear.md', { exact: true }).waitFor();
      await window.screenshot(`${look}-changes`);
      faults.push(...(await seriousFaults(window.page)));
      await window.page.close();
      assert.deepEqual([...new Set(faults)], []);
    });

  it('can be used in a panel of 320 pixels', async () => {
    const window = await bed.window(sample.folder, { viewport: { width: 1280, height: 800 } });
    await window.show('Flotilla');
    await open(window, 'Talk about it');
    await window.webview.locator('.xterm-rows', { hasText: '❯' }).waitFor();
    await window.run('View: Toggle Primary Side Bar Visibility');
    await window.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
    const width = (): Promise<number> => window.webview.locator('html').evaluate((page) => page.clientWidth);
    // What VS Code keeps for itself beside the panel is known once it has laid itself out, a moment after its window has changed.
    for (
      let own = 0;
      (await width()) !== 320;
      own = Math.max(0, (window.page.viewportSize()?.width ?? 0) - (await width()))
    ) {
      await window.page.setViewportSize({ width: 320 + own, height: 800 });
      await window.page.waitForTimeout(500);
    }
    const faults: string[] = [];
    for (const name of ['Changes', 'Timeline', 'Terminal']) {
      await window.webview.getByRole('tab', { name }).click();
      // Nothing sticks out of the panel once the terminal has fitted itself in.
      await window.webview.locator('html').evaluate(untilItFits);
      await window.page.waitForTimeout(500);
      await window.screenshot(`320-pixels-${name.toLowerCase()}`);
      faults.push(...(await seriousFaults(window.page)));
    }
    await window.page.close();
    assert.deepEqual([...new Set(faults)], []);
  });
});

/** Runs in the page: VS Code lays itself out a moment after its window has changed. */
function untilItFits(): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (left: number): void => {
      const { clientWidth, scrollWidth } = document.documentElement;
      if (clientWidth === 320 && scrollWidth === 320) resolve();
      else if (left === 0) reject(new Error(`it is ${scrollWidth} pixels wide in ${clientWidth}`));
      else setTimeout(look, 100, left - 1);
    };
    look(300);
  });
}
