import * as vscode from 'vscode';
import { registerAttach } from './attach/registerAttach.ts';
import { CommandRegistry } from './commandRegistry.ts';
import { registerEngineCommands } from './commands/engineCommands.ts';
import { registerSessionCommands } from './commands/sessionCommands.ts';
import { registerContextKeys } from './contextKeys.ts';
import { CredentialStore } from './credentials.ts';
import { EngineConnection } from './engineConnection.ts';
import { registerEngineWatch } from './engineWatch.ts';
import { registerFiles } from './files/registerFiles.ts';
import { registerLanding } from './landing/registerLanding.ts';
import { SessionModel } from './model/sessionModel.ts';
import type { Parts } from './parts.ts';
import { registerNewSession } from './newSession/registerNewSession.ts';
import { registerNotifications } from './notifications.ts';
import { registerSessionPanels } from './panel/registerSessionPanels.ts';
import { SessionPicker } from './sessionPicker.ts';
import { registerSignIn } from './signIn.ts';
import { registerStatusBar } from './statusBar.ts';
import { registerTerminals } from './terminal/registerTerminals.ts';
import { Texts } from './texts.ts';
import { registerSessionView } from './tree/registerSessionView.ts';
import { registerUriHandler } from './uriHandler.ts';

/**
 * The features, each of which registers what it has. One that fails is logged, and the others go on. Each takes from `Parts` only what
 * it names.
 */
const features: Readonly<Record<string, (parts: Parts) => vscode.Disposable | undefined>> = {
  contextKeys: registerContextKeys,
  files: registerFiles,
  attach: registerAttach,
  sessionView: registerSessionView,
  newSession: registerNewSession,
  sessionCommands: registerSessionCommands,
  landing: registerLanding,
  sessionPanels: registerSessionPanels,
  terminals: registerTerminals,
  engineCommands: registerEngineCommands,
  signIn: registerSignIn,
  statusBar: registerStatusBar,
  notifications: registerNotifications,
  uriHandler: registerUriHandler,
  // The last one: what it finds is heard by all of the above.
  engineWatch: registerEngineWatch,
};

/** Puts the extension together. Whatever it makes ends with the context. */
export function compose(context: vscode.ExtensionContext): Parts {
  const log = vscode.window.createOutputChannel('Flotilla', { log: true });
  const parts = partsOf(context, log);
  const { commands, connection, model, texts } = parts;
  context.subscriptions.push(log, commands, connection, model, texts);
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
  const texts = new Texts();
  return { context, log, credentials, connection, model, commands, texts, picker: new SessionPicker(model) };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
