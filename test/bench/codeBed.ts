import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { silentLog } from '../../src/engine/base/log.ts';
import { newSessionId } from '../../src/engine/base/ids.ts';
import { Store } from '../../src/engine/store/store.ts';
import type { Session } from '../../src/protocol/session.ts';
import { Flotilla } from '../support/flotilla.ts';
import { aSession, testActor } from '../support/storedSession.ts';
import { TestBrowser } from '../support/vscode/browser.ts';
import { ServerRun } from '../support/vscode/serverRun.ts';
import { Workbench } from '../support/vscode/workbench.ts';
import { plainExtension } from './plainExtension.ts';

/** Notes, in every page and frame, when the things that a bench waits for come to be. Times are of the wall clock, in milliseconds. */
const watcher = `
  globalThis.benchNow = () => performance.timeOrigin + performance.now();
  globalThis.benchSeen = (test) => new Promise((resolve) => {
    const look = () => { if (!test()) return; observer.disconnect(); resolve(globalThis.benchNow()); };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  });
  // When a panel is on the screen, with what it is waited for in it: Code shows a page at its load event.
  globalThis.benchShown = window === top ? undefined : new Promise((resolve) => {
    const isUp = () => document.readyState === 'complete' &&
      (document.getElementById('plain') !== null || (document.querySelector('.xterm-rows')?.textContent ?? '').includes('❯'));
    const asking = setInterval(() => {
      if (!isUp()) return;
      clearInterval(asking);
      requestAnimationFrame(() => setTimeout(() => resolve(globalThis.benchNow()), 0));
    }, 1);
  });
  addEventListener('mousedown', () => { globalThis.benchDown = globalThis.benchNow(); }, true);
`;

/** The packaged extension in code-server with an engine of its own, and what a bench needs of them. */
export class CodeBed {
  readonly flotilla: Flotilla;
  readonly server: ServerRun;
  readonly #browser: TestBrowser;
  readonly #isFilled: boolean;

  private constructor(parts: { flotilla: Flotilla; server: ServerRun; browser: TestBrowser; isFilled: boolean }) {
    this.flotilla = parts.flotilla;
    this.server = parts.server;
    this.#browser = parts.browser;
    this.#isFilled = parts.isFilled;
  }

  /**
   * `sessions`: so many are in the store before the engine starts for the first time. None of them was started. Beside ours the floor
   * is installed: an extension that does next to nothing.
   */
  static async start(given: { baseImage: string; vsix: string; sessions?: number }): Promise<CodeBed> {
    const flotilla = await Flotilla.start({ baseImage: given.baseImage });
    await fill(flotilla, given.sessions ?? 0);
    const settings = { 'terminal.integrated.gpuAcceleration': 'off', 'flotilla.sessions.groupBy': 'none' };
    const vsix = [given.vsix, await plainExtension(flotilla.folder)];
    const server = await ServerRun.start({ vsix, env: flotilla.env, settings });
    const isFilled = (given.sessions ?? 0) > 0;
    return new CodeBed({ flotilla, server, browser: await TestBrowser.start(), isFilled });
  }

  async window(folder: string, height = 800): Promise<Workbench> {
    const page = await this.#browser.page({ viewport: { width: 1280, height } });
    await page.addInitScript(watcher);
    const workbench = new Workbench(page);
    await workbench.open(this.server.url({ folder }));
    return workbench;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.close();
    // Sessions that were only ever records go with their store: removed one by one, a thousand take minutes.
    if (this.#isFilled) {
      await this.flotilla.run(['engine', 'stop']);
      await this.flotilla.forgetStore();
    }
    await this.flotilla.close();
  }
}

async function fill(flotilla: Flotilla, sessions: number): Promise<void> {
  if (sessions === 0) return;
  const folder = path.join(flotilla.folder, 'home/data');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { store } = Store.open(path.join(folder, 'flotilla.db'), silentLog);
  store.transaction(() => {
    for (let number = 1; number <= sessions; number += 1) store.sessions.create(numbered(number), testActor);
  });
  store.close();
}

function numbered(number: number): Session {
  const name = `session ${String(number).padStart(4, '0')}`;
  return aSession({ id: newSessionId(), name, branch: `flotilla/${name.replace(' ', '-')}` });
}

/** Evaluates in a page what the bench's own scripts there provide, and gives the wall clock's milliseconds. */
export async function clockIn(page: Pick<Page, 'evaluate'>, script: string): Promise<number> {
  return Number(await page.evaluate(script));
}
