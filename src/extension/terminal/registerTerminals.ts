import * as vscode from 'vscode';
import type { Session } from '../../protocol/session.ts';
import { ids } from '../ids.ts';
import { oneLine } from '../model/oneLine.ts';
import type { ModelChange } from '../model/sessionModel.ts';
import type { Parts } from '../parts.ts';
import { SessionTerminal } from './sessionTerminal.ts';

const longestName = 40;

/** Sessions' terminals in VS Code's terminal view: by command, and as a terminal profile. */
export function registerTerminals({
  commands,
  connection,
  model,
  picker,
}: Pick<Parts, 'commands' | 'connection' | 'model' | 'picker'>): vscode.Disposable {
  const shown = new Map<vscode.Terminal, string>();
  const ptys = new Map<SessionTerminal, string>();
  const optionsFor = ({ id, name }: Session): vscode.ExtensionTerminalOptions => {
    const pty = new SessionTerminal(
      async (handlers) => (await connection.client()).terminal(id, handlers),
      (closed) => ptys.delete(closed),
    );
    ptys.set(pty, id);
    return { name: oneLine(name, longestName), pty, iconPath: new vscode.ThemeIcon('layers'), isTransient: true };
  };
  commands.register(ids.command.openTerminal, async (given) => {
    const session = await picker.pick(given, 'terminal', 'Open in Terminal');
    if (session === undefined) return;
    const known = [...shown].find(([, id]) => id === session.id)?.[0];
    const terminal = known ?? vscode.window.createTerminal(optionsFor(session));
    shown.set(terminal, session.id);
    terminal.show();
  });
  const profile: vscode.TerminalProfileProvider = {
    provideTerminalProfile: async () => {
      const session = await picker.pick(undefined, 'terminal', 'Flotilla Session');
      return session === undefined ? undefined : new vscode.TerminalProfile(optionsFor(session));
    },
  };
  return vscode.Disposable.from(
    vscode.window.registerTerminalProfileProvider(ids.terminalProfile, profile),
    vscode.window.onDidCloseTerminal((terminal) => shown.delete(terminal)),
    model.onChange((change) => followSession(ptys, change)),
  );
}

/** A terminal whose session is gone ends; one that was refused is tried again when its session has changed. */
function followSession(ptys: ReadonlyMap<SessionTerminal, string>, change: ModelChange): void {
  if (change.kind !== 'session') return;
  for (const [pty, id] of [...ptys]) {
    if (id !== change.id) continue;
    if (change.after === undefined) pty.end();
    else pty.retry();
  }
}
