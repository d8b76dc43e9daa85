import type * as vscode from 'vscode';
import { compose } from './compose.ts';

/** Returns at once: the engine is looked for in the background, or when something needs it. */
export function activate(context: vscode.ExtensionContext): void {
  const { log } = compose(context);
  log.info('Flotilla is active');
}
