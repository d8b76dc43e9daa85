import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import os from 'node:os';
import path from 'node:path';
import { messageOf } from '../../../src/engine/base/errors.ts';

const releases = 'https://update.code.visualstudio.com/api/releases/stable';

/** Milliseconds for a server to answer; a machine that has no way out must not wait for long. */
const answerMs = 5000;

const hasScreen = (): boolean =>
  process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;

/** Desktop VS Code, downloaded once into the user's cache: its executable, or why there can't be one on this machine. */
export async function desktopCode(): Promise<{ readonly executable: string } | { readonly reason: string }> {
  if (!hasScreen()) return { reason: 'there is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set' };
  try {
    const answer = await fetch(releases, { signal: AbortSignal.timeout(answerMs) });
    if (!answer.ok) return { reason: `VS Code can't be downloaded: its server answered ${String(answer.status)}` };
    const cachePath = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'flotilla-test');
    return { executable: await downloadAndUnzipVSCode({ version: 'stable', cachePath }) };
  } catch (error) {
    return { reason: `VS Code can't be downloaded: ${messageOf(error)}` };
  }
}
