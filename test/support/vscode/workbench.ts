import type { FrameLocator, Locator, Page } from 'playwright-core';
import { screenshot } from './browser.ts';

/** One window of Code, by what a person sees and does. */
export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the window (or loads it anew) and waits until it can be used. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.#isUsable();
  }

  /** Loads the window anew as a person does; a reload by the browser gives Code no time to save what is open. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.run('Developer: Reload Window');
    await loaded;
    await this.#isUsable();
  }

  /** Runs a command by its title, as the palette shows it: `Flotilla: New Session`. Returns when the palette is gone or asks something else. */
  async run(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.input.waitFor();
    await this.input.fill(`>${title}`);
    // Enter takes the row that is marked, and until the palette has looked for the title that is another one.
    await this.choices.and(this.page.locator('.focused')).filter({ hasText: title }).waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget .monaco-list-row', { hasText: title }).waitFor({ state: 'hidden' });
  }

  /** The field of an open quick pick or input box. */
  get input(): Locator {
    return this.page.locator('.quick-input-widget:visible input.input');
  }

  get choices(): Locator {
    return this.page.locator('.quick-input-widget:visible .monaco-list-row');
  }

  /** Chooses a row of the open quick pick by its text. */
  async pick(text: string | RegExp): Promise<void> {
    await this.choices.filter({ hasText: text }).first().click();
  }

  /** Answers an input box. */
  async answer(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Shows a view container by its title in the activity bar. */
  async show(title: string): Promise<void> {
    const icon = this.page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${title}"])`);
    await icon.waitFor();
    if (!((await icon.getAttribute('class')) ?? '').includes('checked')) await icon.click();
    await this.page.locator('.sidebar .composite.title', { hasText: new RegExp(title, 'i') }).waitFor();
  }

  /** Rows of the trees in the side bar. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row').filter({ hasText: text });
  }

  /** Opens a row to what stands below it. */
  async expand(row: Locator): Promise<void> {
    await row.locator('.monaco-tl-twistie').click();
  }

  /** Chooses an entry of a row's context menu. */
  async choose(row: Locator, entry: string): Promise<void> {
    await row.click({ button: 'right' });
    const item = this.page.locator('.monaco-menu .action-item', { hasText: entry }).first();
    await item.waitFor();
    // Code leaves a click unheard that comes right with the menu: it may belong to what opened it. By the page's own clock, which its menu goes by.
    await this.page.evaluate(menuListens);
    await item.click();
    await item.waitFor({ state: 'hidden' });
  }

  /** The document inside the webview that is on show. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
  }

  tab(text: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: text });
  }

  /** Notifications on screen. */
  toast(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
  }

  /** A button of a modal dialog. */
  button(text: string | RegExp): Locator {
    return this.page.locator('.monaco-dialog-box .monaco-button').filter({ hasText: text });
  }

  async screenshot(name: string): Promise<void> {
    await screenshot(this.page, name);
  }

  async #isUsable(): Promise<void> {
    await this.page.locator('.monaco-workbench .activitybar .action-item').first().waitFor();
    await this.page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor();
  }
}

/** Runs in the page. A menu hears clicks 100 ms after it has come up. */
function menuListens(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 500);
  });
}
