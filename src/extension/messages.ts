import * as vscode from 'vscode';
import { EngineError } from '../client/engineError.ts';

const showLog = 'Show Log';

/** The one place that shows errors: the user's say what to do, a cancellation says nothing, ours offer the log. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  if (EngineError.is(error, 'cancelled')) return;
  log.error(error instanceof Error ? error : String(error));
  const detail = EngineError.is(error) ? error.body.detail : undefined;
  if (detail !== undefined) log.error(detail);
  const message = EngineError.is(error) ? error.message : 'Flotilla made an error of its own.';
  const choice = await vscode.window.showErrorMessage(message, showLog);
  if (choice === showLog) log.show();
}
