import * as vscode from 'vscode';
import { CommandRegistry } from './commandRegistry.ts';
import { registerEngineCommands } from './commands/engineCommands.ts';
import { registerSessionCommands } from './commands/sessionCommands.ts';
import { registerShowReport } from './commands/showReport.ts';
import { registerContextKeys } from './contextKeys.ts';
import { CredentialStore } from './credentials.ts';
import { EngineConnection } from './engineConnection.ts';
import { registerEngineWatch } from './engineWatch.ts';
import { SessionModel } from './model/sessionModel.ts';
import type { Parts } from './parts.ts';
import { SessionPicker } from './sessionPicker.ts';
import { registerSessionView } from './tree/registerSessionView.ts';

/**
 * The features, each of which registers what it has. One that fails is logged, and the others go on. Each takes from `Parts` only what
 * it names.
 */
const features: Readonly<Record<string, (parts: Parts) => vscode.Disposable | undefined>> = {
  contextKeys: registerContextKeys,
  sessionView: registerSessionView,
  sessionCommands: registerSessionCommands,
  report: registerShowReport,
  engineCommands: registerEngineCommands,
  engineWatch: registerEngineWatch,
};

/** Puts the extension together. Whatever it makes ends with the context. */
export function compose(context: vscode.ExtensionContext): Parts {
  const log = vscode.window.createOutputChannel('Flotilla', { log: true });
  const parts = partsOf(context, log);
  const { commands, connection, model } = parts;
  context.subscriptions.push(log, commands, connection, model);
  for (const [name, register] of Object.entries(features)) {
    try {
      const feature = register(parts);
      if (feature !== undefined) context.subscriptions.push(feature);
    } catch (error) {
      log.error(`The feature ${name} could not be set up`, asError(error));
    }
  }
  return parts;
}

function partsOf(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Parts {
  const credentials = new CredentialStore(context.secrets);
  const connection = new EngineConnection(context, log, credentials);
  const model = new SessionModel(connection, (error) => {
    log.error(asError(error));
  });
  const commands = new CommandRegistry(log);
  return { context, log, credentials, connection, model, commands, picker: new SessionPicker(model) };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
