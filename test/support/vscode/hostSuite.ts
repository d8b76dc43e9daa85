import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { type Report, reportSchema } from '../testReport.ts';
import { TestBrowser, screenshot } from './browser.ts';
import { ServerRun } from './serverRun.ts';

const root = path.resolve(import.meta.dirname, '../../..');

export interface HostSuite {
  /** The folder that the window opens. */
  readonly workspace: string;
  /** Environment of the extension host: which engine it finds, and more. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds for all of it. */
  readonly limitMs: number;
}

export interface HostResult {
  readonly reports: readonly Report[];
  /** Why the run as a whole broke, when it did. */
  readonly failure?: string | undefined;
}

/** The script that the extension host runs, as `@vscode/test-electron` would; `npm run build:host` makes it. */
const entry = path.join(root, 'out/host/index.cjs');

/** Runs the suites of test/host in the extension host of a real VS Code, with the extension of this tree. */
export async function runHostSuite(suite: HostSuite): Promise<HostResult> {
  const server = await ServerRun.start({ driver: true, env: suite.env, settings: suite.settings });
  const reportFile = suite.env['FLOTILLA_HOST_REPORT'] ?? '';
  try {
    const browser = await TestBrowser.start();
    try {
      const page = await browser.page();
      const lines: string[] = [];
      const code = await codeOf(page, server.url({ folder: suite.workspace, extension: root, tests: entry }), {
        lines,
        limitMs: suite.limitMs,
      });
      const reports = await readReports(reportFile);
      const failed = code !== 0 && !reports.some(({ type }) => type === 'fail');
      if (failed) await screenshot(page, 'host-failed').catch(() => undefined);
      const said = [...lines, await server.log()].join('\n').slice(-5000);
      return { reports, ...(failed ? { failure: `the extension host ended with ${String(code)}:\n${said}` } : {}) };
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}

/** The exit code of the tests in a window, or why there is none. */
async function codeOf(page: Page, url: string, given: { lines: string[]; limitMs: number }): Promise<unknown> {
  const exit = Promise.withResolvers<unknown>();
  const timer = setTimeout(() => {
    exit.resolve(`no answer within ${given.limitMs / 1000} s`);
  }, given.limitMs);
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => given.lines.push(format(...args)));
  await page.exposeFunction('codeAutomationExit', (code: unknown) => {
    exit.resolve(code);
  });
  page.on('pageerror', (error) => given.lines.push(`page: ${String(error)}`));
  try {
    await page.goto(url);
    return await exit.promise;
  } finally {
    clearTimeout(timer);
  }
}

async function readReports(file: string): Promise<Report[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return z.array(reportSchema).parse(lines.map((line): unknown => JSON.parse(line)));
}
