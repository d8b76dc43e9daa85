import * as vscode from 'vscode';
import { ids } from './ids.ts';

/** Texts that are shown and not edited: reports, diagnostics. They are there until the window is loaded anew. */
export class Texts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly onDidChange: vscode.Event<vscode.Uri>;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #texts = new Map<string, string>();
  readonly #registered: vscode.Disposable;

  constructor() {
    this.onDidChange = this.#changed.event;
    this.#registered = vscode.workspace.registerTextDocumentContentProvider(ids.scheme.report, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.#texts.get(uri.toString()) ?? 'This text was made before the window was loaded anew: ask for it again.\n'
    );
  }

  /** Shows a text under a file name; what was shown as `key` before is replaced. */
  async show(key: string, fileName: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: ids.scheme.report, authority: key, path: `/${fileName}` });
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
  }
}
