import { runTests } from '@vscode/test-electron';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { messageOf } from '../../../src/engine/base/errors.ts';
import { desktopCode } from './desktopCode.ts';
import type { Host, HostSuite } from './runHost.ts';

/** Desktop VS Code as a host of tests, or why this machine can't have it. */
export async function desktopHost(): Promise<Host | string> {
  const found = await desktopCode();
  if ('reason' in found) return found.reason;
  return (suite) => runInDesktop(found.executable, suite);
}

async function runInDesktop(executable: string, suite: HostSuite): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'fl-desktop-'));
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: suite.extension,
      extensionTestsPath: suite.tests,
      extensionTestsEnv: { ...suite.env },
      launchArgs: [
        ...[suite.workspace, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome', '--no-sandbox'],
        ...['--user-data-dir', path.join(folder, 'user'), '--extensions-dir', path.join(folder, 'extensions')],
      ],
    });
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
