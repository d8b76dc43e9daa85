import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';

/** Screenshots and traces: one folder that CI keeps and nobody commits. */
export const artefacts = path.resolve(import.meta.dirname, '../../../artefacts');

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--force-prefers-reduced-motion'],
];

/** The browser that is installed, or where `CHROMIUM` says; rejects with what to do. */
export function chromiumFile(): Promise<string> {
  const file = process.env['CHROMIUM'] ?? candidates.find((candidate) => existsSync(candidate));
  return file === undefined
    ? Promise.reject(new Error("no Chromium is installed (Debian's package is chromium)"))
    : Promise.resolve(file);
}

/** Milliseconds that anything may take that a test waits for. */
const waitMs = 90_000;

/** A headless Chromium. Each window of Code is a context of its own, so that one does not see the other's storage. */
export class TestBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(
      await chromium.launch({ executablePath: await chromiumFile(), headless: true, args: flags }),
    );
  }

  async page(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(waitMs);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    return await context.newPage();
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** Takes a picture of a page into the artefact folder, under a name that a reader understands. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: path.join(artefacts, `${name}.png`) });
}
