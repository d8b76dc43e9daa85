import * as vscode from 'vscode';
import { ids } from '../ids.ts';
import type { Parts } from '../parts.ts';
import { checkSystem } from './checkSystem.ts';
import { collectDiagnostics } from './collectDiagnostics.ts';
import { openWalkthrough } from './openWalkthrough.ts';
import { restartEngine } from './restartEngine.ts';
import { showEngineLog } from './showEngineLog.ts';
import { showEngineStatus } from './showEngineStatus.ts';

/** Commands about the engine itself, and about the extension. */
export function registerEngineCommands(
  parts: Pick<Parts, 'commands' | 'connection' | 'context' | 'log' | 'model' | 'texts'>,
): undefined {
  const { commands, connection, context, log } = parts;
  commands.registerAll({
    [ids.command.checkSystem]: () => checkSystem(parts),
    [ids.command.showEngineStatus]: () => showEngineStatus({ connection, log }),
    [ids.command.showEngineLog]: () => showEngineLog({ connection }),
    [ids.command.restartEngine]: () => restartEngine(parts),
    [ids.command.showLog]: () => {
      log.show();
    },
    [ids.command.collectDiagnostics]: () => collectDiagnostics(parts),
    [ids.command.openWalkthrough]: () => openWalkthrough(context.extension.id),
    [ids.command.openSettings]: () =>
      vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${context.extension.id}`),
  });
}
