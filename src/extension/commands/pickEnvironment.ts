import * as vscode from 'vscode';
import type { EngineClient } from '../../client/engineClient.ts';
import { EngineError } from '../../client/engineError.ts';
import type { Orphan } from '../../protocol/operations.ts';

/** One of the environments that no session owns. Rejects when there is none that fits. */
export async function pickEnvironment(
  client: EngineClient,
  title: string,
  fits: (orphan: Orphan) => boolean = () => true,
): Promise<Orphan | undefined> {
  const { orphans } = await client.call('orphan.list', {});
  const items = orphans.filter(fits).map((orphan) => ({
    label: orphan.sessionId,
    description: orphan.running ? 'running' : 'not running',
    detail: orphan.parts.join(', '),
    orphan,
  }));
  if (items.length === 0)
    throw EngineError.of('not-in-this-state', 'Each environment belongs to a session: there is nothing to do.');
  return (await vscode.window.showQuickPick(items, { title, matchOnDetail: true }))?.orphan;
}
