import * as vscode from 'vscode';
import { unlinked } from './model/unlinked.ts';

export interface Reporter {
  readonly signal: AbortSignal;
  /** `fraction` is of the whole, 0 to 1, and never falls. */
  readonly report: (message: string, fraction?: number) => void;
}

/** Runs something under a progress notification. Cancel there fires the signal, unless there is no way back. */
export function withProgress<T>(
  title: string,
  work: (reporter: Reporter) => Promise<T>,
  cancellable = true,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title: unlinked(title), cancellable };
  return Promise.resolve(
    vscode.window.withProgress(options, async (progress, token) => {
      const cancelled = new AbortController();
      const listening = token.onCancellationRequested(() => {
        cancelled.abort();
      });
      let done = 0;
      const report = (message: string, fraction = done): void => {
        progress.report({ message: unlinked(message), increment: Math.max(0, fraction - done) * 100 });
        done = Math.max(done, fraction);
      };
      try {
        return await work({ signal: cancelled.signal, report });
      } finally {
        listening.dispose();
      }
    }),
  );
}

/** Runs something short under the bar of the Sessions view. */
export const withViewProgress = <T>(viewId: string, work: () => Promise<T>): Promise<T> =>
  Promise.resolve(vscode.window.withProgress({ location: { viewId } }, work));
