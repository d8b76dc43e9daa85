import type * as vscode from 'vscode';
import type { CommandRegistry } from './commandRegistry.ts';
import type { CredentialStore } from './credentials.ts';
import type { EngineConnection } from './engineConnection.ts';
import type { SessionModel } from './model/sessionModel.ts';
import type { SessionPicker } from './sessionPicker.ts';
import type { Texts } from './texts.ts';

/** What every feature may use. A feature asks for those it needs: `Pick<Parts, 'model' | 'commands'>`. */
export interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly credentials: CredentialStore;
  readonly connection: EngineConnection;
  readonly model: SessionModel;
  readonly commands: CommandRegistry;
  readonly texts: Texts;
  /** Finds out which session a command is for. */
  readonly picker: SessionPicker;
}
