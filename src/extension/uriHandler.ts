import * as vscode from 'vscode';
import { EngineError } from '../client/engineError.ts';
import { ids } from './ids.ts';
import { showError } from './messages.ts';
import { sessionOfLink } from './model/sessionLink.ts';
import type { Parts } from './parts.ts';

/** `<scheme>://<publisher>.<name>/session/<id>` opens a session. Anybody may make such a link: it only ever shows. */
export function registerUriHandler({ connection, log }: Pick<Parts, 'connection' | 'log'>): vscode.Disposable {
  const open = async (uri: vscode.Uri): Promise<void> => {
    const id = sessionOfLink(uri.path);
    if (id === undefined) throw EngineError.of('invalid-input', 'This link names no session.');
    const client = await connection.client();
    await client.call('session.get', { session: id });
    await vscode.commands.executeCommand(ids.command.openSession, id);
  };
  return vscode.window.registerUriHandler({
    handleUri: (uri) => open(uri).catch((error: unknown) => showError(log, error)),
  });
}
