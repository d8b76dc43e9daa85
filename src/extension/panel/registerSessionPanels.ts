import * as vscode from 'vscode';
import { type PanelTab, panelStateSchema, panelTabSchema } from '../../protocol/panel.ts';
import { ids } from '../ids.ts';
import type { Parts } from '../parts.ts';
import { type PanelParts, SessionPanel } from './sessionPanel.ts';

/** The panels of this window: one a session, and back after a reload. */
export function registerSessionPanels(parts: PanelParts & Pick<Parts, 'commands' | 'picker'>): vscode.Disposable {
  const panels = new Map<string, SessionPanel>();
  const take = (panel: vscode.WebviewPanel, sessionId: string): void => {
    panel.iconPath = new vscode.ThemeIcon('layers');
    const made = new SessionPanel(panel, sessionId, parts);
    panels.set(sessionId, made);
    panel.onDidDispose(() => {
      made.dispose();
      if (panels.get(sessionId) === made) panels.delete(sessionId);
    });
  };
  const open = (sessionId: string, name: string, tab?: PanelTab): void => {
    const known = panels.get(sessionId);
    if (known !== undefined) {
      known.reveal(tab);
      return;
    }
    take(vscode.window.createWebviewPanel(ids.panel.session, name, vscode.ViewColumn.Active), sessionId);
    if (tab !== undefined) panels.get(sessionId)?.reveal(tab);
  };
  parts.commands.register(ids.command.openSession, async (given, tab) => {
    const session = await parts.picker.pick(given, undefined, 'Open Session');
    if (session !== undefined) open(session.id, session.name, panelTabSchema.safeParse(tab).data);
  });
  const serializer: vscode.WebviewPanelSerializer = {
    deserializeWebviewPanel: (panel, state) => {
      const kept = panelStateSchema.safeParse(state);
      // A page that was never up has kept nothing: there is nothing to bring back.
      if (!kept.success || panels.has(kept.data.sessionId)) panel.dispose();
      else take(panel, kept.data.sessionId);
      return Promise.resolve();
    },
  };
  return vscode.Disposable.from(vscode.window.registerWebviewPanelSerializer(ids.panel.session, serializer), {
    dispose: () => {
      for (const panel of panels.values()) panel.dispose();
    },
  });
}
