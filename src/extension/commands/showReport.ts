import * as vscode from 'vscode';
import { ids } from '../ids.ts';
import { reportText } from '../model/reportText.ts';
import type { Parts } from '../parts.ts';
import { sessionCommand } from './sessionCommand.ts';

/** The report of a session: a read-only text, written anew each time it is asked for. */
export function registerShowReport(
  parts: Pick<Parts, 'commands' | 'connection' | 'picker' | 'model'>,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(ids.scheme.report, {
    onDidChange: changed.event,
    provideTextDocumentContent: async ({ authority: session }) => {
      const client = await parts.connection.client();
      const [made, { entries }] = await Promise.all([
        client.call('session.output', { session }),
        client.call('session.logs', { session, limit: 10_000 }),
      ]);
      return reportText(made, entries);
    },
  });
  parts.commands.register(
    ids.command.showReport,
    sessionCommand(parts, {
      title: 'Show Report',
      run: async ({ id }) => {
        const uri = vscode.Uri.from({ scheme: ids.scheme.report, authority: id, path: '/Report.md' });
        changed.fire(uri);
        await vscode.window.showTextDocument(uri, { preview: true });
      },
    }),
  );
  return vscode.Disposable.from(changed, provider);
}
