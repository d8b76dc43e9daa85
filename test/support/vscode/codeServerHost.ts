import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { TestBrowser, screenshot } from './browser.ts';
import type { HostSuite } from './runHost.ts';
import { ServerRun } from './serverRun.ts';

/** Runs the suite in code-server's extension host, in a window of a headless browser. */
export async function runInCodeServer(suite: HostSuite): Promise<string | undefined> {
  // As desktop VS Code has it. While Code saves by itself it refuses another save, such as one by a test.
  const settings = { 'files.autoSave': 'off' };
  const server = await ServerRun.start({ driver: true, env: suite.env, settings });
  try {
    const browser = await TestBrowser.start();
    try {
      const page = await browser.page();
      const { extension, tests, workspace: folder } = suite;
      const { code, lines } = await codeOf(page, server.url({ folder, extension, tests }), suite.limitMs);
      if (code === 0) return undefined;
      await screenshot(page, 'host-failed').catch(() => undefined);
      const parts = [lines.join('\n'), await server.log(), await server.extensionLog()];
      const said = parts.map((part) => part.slice(-3000)).join('\n');
      return `the extension host ended with ${String(code)}:\n${said}`;
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

/** The exit code of the tests in a window, or why there is none; and what the window and the host said. */
async function codeOf(page: Page, url: string, limitMs: number): Promise<{ code: unknown; lines: readonly string[] }> {
  const exit = Promise.withResolvers<unknown>();
  const lines: string[] = [];
  const timer = setTimeout(() => {
    exit.resolve(`no answer within ${limitMs / 1000} s`);
  }, limitMs);
  // Code calls these two when tests run in it.
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => lines.push(format(...args)));
  await page.exposeFunction('codeAutomationExit', (code: unknown) => {
    exit.resolve(code);
  });
  page.on('pageerror', (error) => lines.push(`page: ${String(error)}`));
  try {
    await page.goto(url);
    return { code: await exit.promise, lines };
  } finally {
    clearTimeout(timer);
  }
}
