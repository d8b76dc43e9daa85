import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { panelPage } from '../../../src/extension/panel/panelPage.ts';
import {
  type PanelMessage,
  panelMessageSchema,
  type PanelState,
  type PanelUpdate,
  type TerminalLook,
} from '../../../src/protocol/panel.ts';
import type { TerminalSize } from '../../../src/protocol/terminal.ts';
import { TestBrowser } from './browser.ts';

const origin = 'http://panel.localhost';
const dist = path.resolve(import.meta.dirname, '../../../dist');
/** Milliseconds that the page may take to say or become something: it does so at once. */
const waitMs = 60_000;
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

export const plainLook: TerminalLook = {
  fontFamily: 'monospace',
  fontSize: 14,
  fontWeight: 'normal',
  fontWeightBold: 'bold',
  lineHeight: 1,
  letterSpacing: 0,
  cursorStyle: 'block',
  cursorBlink: false,
  minimumContrastRatio: 1,
  drawBoldTextInBrightColors: true,
  macOptionIsMeta: false,
  scrollback: 1000,
  screenReader: 'off',
  webgl: false,
  clipboardWrite: true,
  links: true,
};

type MessageOf<T extends PanelMessage['type']> = Extract<PanelMessage, { type: T }>;

/** The panel's own page in Chromium, with the test in the extension's place: it hears all that the page says, by the table of messages. */
export class LonePanel {
  readonly page: Page;
  readonly said: PanelMessage[] = [];
  /** What the page's policy refused, and errors of its code. */
  readonly problems: string[] = [];
  readonly #browser: TestBrowser;
  #heard: (() => void) | undefined;

  private constructor(browser: TestBrowser, page: Page) {
    this.#browser = browser;
    this.page = page;
  }

  static async open(options: { state?: PanelState; width?: number; height?: number } = {}): Promise<LonePanel> {
    const { width = 900, height = 700, state } = options;
    const browser = await TestBrowser.start();
    const panel = new LonePanel(browser, await browser.page({ viewport: { width, height } }));
    await panel.#load(state);
    return panel;
  }

  /** Says something in the extension's name, and waits until the page has taken it in. */
  async say(update: PanelUpdate): Promise<void> {
    await this.page.evaluate(
      sayInPage,
      update.type === 'terminalBytes' ? { ...update, bytes: [...update.bytes] } : update,
    );
  }

  /** Opens the terminal's part with a stream of this size, which has these bytes. */
  async stream(stream: number, size: TerminalSize, text: string): Promise<void> {
    await this.say({ type: 'look', look: plainLook });
    await this.say({ type: 'tab', tab: 'terminal' });
    await this.say({ type: 'terminalSnapshot', stream, size, active: false });
    await this.bytes(stream, text);
  }

  bytes(stream: number, text: string): Promise<void> {
    return this.say({ type: 'terminalBytes', stream, bytes: Buffer.from(text) });
  }

  /** The messages of a kind so far. */
  all<T extends PanelMessage['type']>(type: T): MessageOf<T>[] {
    return this.said.filter((message): message is MessageOf<T> => message.type === type);
  }

  /** Waits until the page has said something that fits. */
  async hears<T extends PanelMessage['type']>(
    type: T,
    fits: (message: MessageOf<T>) => boolean = () => true,
  ): Promise<MessageOf<T>> {
    const until = Date.now() + waitMs;
    while (Date.now() < until) {
      const found = this.all(type).find(fits);
      if (found !== undefined) return found;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#heard = () => resolve(undefined);
      await Promise.race([promise, this.page.waitForTimeout(200)]);
    }
    throw new Error(`the panel did not say ${type}: ${JSON.stringify(this.said).slice(0, 2000)}`);
  }

  /** Waits until an expression holds in the page. Playwright's own waiting for one is refused by the page's policy. */
  async until(expression: string): Promise<void> {
    for (const end = Date.now() + waitMs; (await this.page.evaluate(expression)) !== true;) {
      if (Date.now() > end) throw new Error(`it did not come to be in the page: ${expression}`);
      await this.page.waitForTimeout(20);
    }
  }

  /** Waits until the page has been drawn as it is now. */
  async drawn(): Promise<void> {
    await this.page.evaluate(drawnInPage);
  }

  forget(): void {
    this.said.length = 0;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async #load(state: PanelState | undefined): Promise<void> {
    const { page } = this;
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (line) => {
      if (line.type() === 'error') this.problems.push(line.text());
    });
    await page.exposeFunction('hear', (message: unknown) => {
      this.said.push(panelMessageSchema.parse(message));
      this.#heard?.();
    });
    await page.addInitScript(inPage, state);
    await page.route(`${origin}/**`, async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === 'favicon.ico') return route.fulfill({ status: 204 });
      if (name === '') return route.fulfill({ contentType: 'text/html', body: html() });
      const body = await readFile(path.join(dist, path.basename(name)));
      return route.fulfill({ contentType: types[path.extname(name)] ?? 'text/plain', body });
    });
    await page.goto(origin);
    await this.hears('ready');
  }
}

const html = (): string =>
  panelPage({ sessionId: 'abcd1234', nonce: 'bm9uY2U', source: origin, file: (name) => `${origin}/${name}` });

/** What these functions, which run in the page, use of it. */
interface PageGlobals {
  hear(message: unknown): void;
  acquireVsCodeApi: unknown;
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: () => void, options: { once: true }): void;
  requestAnimationFrame(drawn: () => void): void;
}

/** Runs in the page. Bytes came as a list of numbers. The page's own listener is older than this one, and so is done before. */
function sayInPage(update: unknown): Promise<void> {
  const said = update as { bytes?: number[] };
  const page = globalThis as unknown as PageGlobals;
  return new Promise((resolve) => {
    page.addEventListener('message', () => resolve(), { once: true });
    page.postMessage(said.bytes === undefined ? said : { ...said, bytes: Uint8Array.from(said.bytes) });
  });
}

/** Runs in the page: what is asked for in a frame is drawn after it, and before the next one. */
function drawnInPage(): Promise<void> {
  const page = globalThis as unknown as PageGlobals;
  return new Promise((resolve) => {
    page.requestAnimationFrame(() => page.requestAnimationFrame(() => resolve()));
  });
}

/** Runs in the page: what VS Code gives to a webview. */
function inPage(kept: PanelState | undefined): void {
  let state: unknown = kept;
  const page = globalThis as unknown as PageGlobals;
  page.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => {
      page.hear(message);
    },
    getState: () => state,
    setState: (next: unknown) => {
      state = next;
    },
  });
}
