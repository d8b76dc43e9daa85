import * as vscode from 'vscode';
import { CommandRegistry } from './commandRegistry.ts';
import { EngineConnection } from './engineConnection.ts';
import { SessionModel } from './model/sessionModel.ts';
import type { Parts } from './parts.ts';
import { SessionPicker } from './sessionPicker.ts';
import { registerEngineCommands } from './commands/engineCommands.ts';

/**
 * The features, each of which registers what it has. One that fails is logged, and the others go on. Each takes from `Parts` only what
 * it names.
 */
const features: Readonly<Record<string, (parts: Parts) => vscode.Disposable | undefined>> = {
  engine: registerEngineCommands,
};

/** Puts the extension together. Whatever it makes ends with the context. */
export function compose(context: vscode.ExtensionContext): Parts {
  const log = vscode.window.createOutputChannel('Flotilla', { log: true });
  const commands = new CommandRegistry(log);
  const connection = new EngineConnection(context, log);
  const model = new SessionModel(connection, (error) => {
    log.error(error instanceof Error ? error : String(error));
  });
  const parts: Parts = { context, log, connection, model, commands, picker: new SessionPicker(model) };
  context.subscriptions.push(log, commands, connection, model);
  for (const [name, register] of Object.entries(features)) {
    try {
      const feature = register(parts);
      if (feature !== undefined) context.subscriptions.push(feature);
    } catch (error) {
      log.error(`The feature ${name} could not be set up`, error instanceof Error ? error : String(error));
    }
  }
  return parts;
}
