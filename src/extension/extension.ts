import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as vscode from 'vscode';

/**
 * Returns at once, before our own code is even evaluated, and lets other extensions go first: they start in the same moment and share
 * this process. VS Code holds back commands and views until what is returned here has settled. The engine is looked for after that.
 */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const begun = performance.now();
  await nextTurn();
  const { compose } = await import('./compose.ts');
  const { log } = compose(context);
  log.info(`Flotilla is active after ${Math.round(performance.now() - begun)} ms`);
}
