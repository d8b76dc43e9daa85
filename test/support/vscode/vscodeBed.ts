import type { Context } from 'mocha';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { hostCertificates, requirePart } from '../bed.ts';
import { Flotilla } from '../flotilla.ts';
import type { Scenario } from '../scriptedApi/scenario.ts';
import { TestBrowser, screenshot } from './browser.ts';
import { ServerRun } from './serverRun.ts';
import { Workbench } from './workbench.ts';

export interface VscodeBedOptions {
  readonly scenario?: Scenario | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly trust?: boolean | undefined;
}

/** The packaged extension installed in a real VS Code, a browser, and an engine of the test's own with real Docker and a scripted model. */
export class VscodeBed {
  readonly flotilla: Flotilla;
  readonly server: ServerRun;
  readonly browser: TestBrowser;
  readonly #pages: Page[] = [];

  private constructor(flotilla: Flotilla, server: ServerRun, browser: TestBrowser) {
    this.flotilla = flotilla;
    this.server = server;
    this.browser = browser;
  }

  /** For `before` hooks: skips with its reason where a part is missing. */
  static async start(context: Context, options: VscodeBedOptions = {}): Promise<VscodeBed> {
    for (const part of ['built command', 'claude image', 'code-server', 'chromium'] as const)
      await requirePart(context, part);
    const vsix = await requirePart(context, 'package');
    const baseImage = await requirePart(context, 'base image');
    const flotilla = await Flotilla.start({ scenario: options.scenario, baseImage, env: options.env });
    const certificates = hostCertificates();
    const server = await ServerRun.start({
      vsix,
      env: flotilla.env,
      trust: options.trust,
      settings: {
        ...(certificates === undefined ? {} : { 'flotilla.newSession.certificates': certificates }),
        ...options.settings,
      },
    }).catch(async (error: unknown) => {
      await flotilla.close();
      throw error;
    });
    const browser = await TestBrowser.start().catch(async (error: unknown) => {
      await server.close();
      await flotilla.close();
      throw error;
    });
    return new VscodeBed(flotilla, server, browser);
  }

  /** A window of its own, with nothing in common with another one but the server. */
  async window(folder: string | undefined, options?: BrowserContextOptions): Promise<Workbench> {
    const page = await this.browser.page(options);
    this.#pages.push(page);
    const workbench = new Workbench(page);
    await workbench.open(this.server.url({ folder }));
    return workbench;
  }

  /** For `afterEach` hooks: what the windows looked like when a test failed. */
  async afterTest(context: Context): Promise<void> {
    const test = context.currentTest;
    if (test?.state !== 'failed') return;
    const name = `failed-${test.title.replace(/[^\w]+/g, '-').slice(0, 80)}`;
    const pages = new Set(this.#pages.flatMap((page) => page.context().pages()));
    for (const [index, page] of [...pages].entries())
      await screenshot(page, `${name}-${index + 1}`).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    await this.flotilla.close();
  }
}
