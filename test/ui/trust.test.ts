import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { folderWindow } from '../../src/extension/files/folderWindow.ts';
import { requirePart } from '../support/bed.ts';
import { TestBrowser } from '../support/vscode/browser.ts';
import { ServerRun } from '../support/vscode/serverRun.ts';

/** What VS Code itself makes of the file that stands for a window with the files of a session. */
describe('a window with the files of a session', function () {
  this.timeout(300_000);
  let server: ServerRun | undefined;
  let browser: TestBrowser | undefined;

  before(async function () {
    for (const part of ['code-server', 'chromium'] as const) await requirePart(this, part);
    server = await ServerRun.start({ trust: true });
    browser = await TestBrowser.start();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  it('is not trusted before the person says so', async () => {
    assert.ok(server && browser);
    const file = path.join(server.folder, 'abcd1234.code-workspace');
    await writeFile(file, folderWindow('pear', 'flotilla://abcd1234/'));
    const page = await browser.page();
    const url = new URL(server.origin);
    url.searchParams.set('workspace', file);
    await page.goto(url.href);
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  });
});
