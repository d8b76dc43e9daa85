import { open } from 'node:fs/promises';
import * as vscode from 'vscode';
import { ids } from '../ids.ts';
import { diagnosticsText } from '../model/diagnosticsText.ts';
import type { Parts } from '../parts.ts';
import { withProgress } from '../progress.ts';

/** Bytes of the engine's log that are taken, from its end. */
const logBytes = 64 * 1024;

type DiagnosticsParts = Pick<Parts, 'connection' | 'texts'>;

/** Opens a text with what helps to see what is wrong; nothing of it is sent anywhere. */
export async function collectDiagnostics(parts: DiagnosticsParts): Promise<void> {
  const content = await withProgress('Collecting diagnostics', ({ signal }) => collect(parts, signal));
  await parts.texts.show('flotilla', 'Diagnostics.md', content);
}

async function collect({ connection }: DiagnosticsParts, signal: AbortSignal): Promise<string> {
  const failures: string[] = [];
  const orNote = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> =>
    work().catch((error: unknown) => {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
  const checks = await orNote('Checks', async () => (await connection.client()).call('system.doctor', {}, { signal }));
  const info = await orNote('Engine', async () => (await connection.client()).call('system.info', {}, { signal }));
  const engineLog = await orNote('Engine log', () => endOf(connection.logFile));
  const host = {
    Flotilla: connection.version,
    'VS Code': `${vscode.env.appName} ${vscode.version}`,
    Node: process.version,
    System: `${process.platform} ${process.arch}`,
    Remote: vscode.env.remoteName ?? 'none',
    Trusted: String(vscode.workspace.isTrusted),
  };
  return diagnosticsText({
    ...{ host, settings: changedSettings(), checks: checks?.checks ?? [], info, engineLog: engineLog ?? '', failures },
  });
}

function changedSettings(): Record<string, unknown> {
  const all = vscode.workspace.getConfiguration();
  return Object.fromEntries(
    Object.values(ids.setting).flatMap((id) => {
      const { globalValue, workspaceValue, workspaceFolderValue } = all.inspect(id) ?? {};
      const value = workspaceFolderValue ?? workspaceValue ?? globalValue;
      return value === undefined ? [] : [[id, value]];
    }),
  );
}

async function endOf(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, logBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}
