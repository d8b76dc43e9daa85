import * as vscode from 'vscode';
import { showEngineLog } from './commands/showEngineLog.ts';
import { showEngineStatus } from './commands/showEngineStatus.ts';
import { EngineConnection } from './engineConnection.ts';
import { showError } from './messages.ts';

/** The commands, by the ids that package.json contributes. */
const commands = {
  'flotilla.showEngineStatus': showEngineStatus,
  'flotilla.showEngineLog': showEngineLog,
} as const;

/** Returns at once: the engine is looked for when a command needs it. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Flotilla', { log: true });
  const connection = new EngineConnection(context, log);
  context.subscriptions.push(log, connection);
  for (const [id, run] of Object.entries(commands))
    context.subscriptions.push(
      vscode.commands.registerCommand(id, async () => {
        try {
          await run({ connection, log });
        } catch (error) {
          await showError(log, error);
        }
      }),
    );
  log.info('Flotilla is active');
}
