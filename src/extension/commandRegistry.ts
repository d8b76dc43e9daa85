import * as vscode from 'vscode';
import type { CommandId } from './ids.ts';
import { showError } from './messages.ts';

/** What a command does; it is given what the view, the panel, a key or another extension hands over: check it. */
export type CommandAction = (...given: unknown[]) => unknown;

/** The one way to register a command: an error of it is shown here, and whoever ran it gets `undefined`. */
export class CommandRegistry implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #registered: vscode.Disposable[] = [];

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  register(id: CommandId, action: CommandAction): void {
    this.#registered.push(
      vscode.commands.registerCommand(id, async (...given: unknown[]) => {
        try {
          return await action(...given);
        } catch (error) {
          void showError(this.#log, error);
          return undefined;
        }
      }),
    );
  }

  registerAll(actions: Partial<Readonly<Record<CommandId, CommandAction>>>): void {
    // The keys are those of the table.
    for (const [id, action] of Object.entries(actions)) this.register(id as CommandId, action);
  }

  dispose(): void {
    for (const command of this.#registered.splice(0)) command.dispose();
  }
}
