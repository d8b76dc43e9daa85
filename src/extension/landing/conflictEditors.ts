import * as vscode from 'vscode';
import { fileUri } from '../files/fileUri.ts';
import type { Place } from '../files/place.ts';
import { ids } from '../ids.ts';
import { showError } from '../messages.ts';
import { oneLine } from '../model/oneLine.ts';
import type { Parts } from '../parts.ts';
import { hasConflictMarkers, unhandledPlaces } from './conflictMarkers.ts';
import { tabUri } from './tabUri.ts';

type EditorParts = Pick<Parts, 'connection' | 'model' | 'log'>;

interface Watched {
  readonly place: Place;
  /** The file with git's markers in it; absent when it was opened without. */
  readonly marked: string | undefined;
}

/**
 * Conflicted files that a person edits. Once one is closed and its file holds no conflict any more, it counts as resolved. A save alone
 * does not say so: VS Code may save by itself.
 */
export class ConflictEditors implements vscode.Disposable {
  readonly #parts: EditorParts;
  /** By URI. One is kept after its editor has closed: opened again, the file has no markers to go by. */
  readonly #watched = new Map<string, Watched>();
  #listening: vscode.Disposable | undefined;

  constructor(parts: EditorParts) {
    this.#parts = parts;
  }

  /** `current` is the file as it was opened. */
  watch({ session, path }: Pick<Place, 'session' | 'path'>, current: string): void {
    const place: Place = { session, path, root: 'landing' };
    const key = fileUri(place).toString();
    const marked = hasConflictMarkers(current) ? current : this.#watched.get(key)?.marked;
    this.#watched.set(key, { place, marked });
    this.#listening ??= vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      for (const tab of closed) this.#closed(tabUri(tab));
    });
  }

  dispose(): void {
    this.#listening?.dispose();
    this.#watched.clear();
  }

  #closed(uri: vscode.Uri | undefined): void {
    const watched = uri === undefined ? undefined : this.#watched.get(uri.toString());
    if (uri === undefined || watched === undefined || isStillOpen(uri)) return;
    this.#take(uri, watched).catch((error: unknown) => showError(this.#parts.log, error));
  }

  async #take(uri: vscode.Uri, { place, marked }: Watched): Promise<void> {
    const { session } = place;
    if (this.#parts.model.get(session)?.landing?.state !== 'paused') return;
    const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
    if (hasConflictMarkers(text) || !(isFinished(marked, text) || (await isResolved(place, marked)))) return;
    await this.#accept(uri, place);
  }

  async #accept(uri: vscode.Uri, place: Place): Promise<void> {
    const { session, path } = place;
    const client = await this.#parts.connection.client();
    await client.call('landing.resolve', { session, path, how: 'accept' });
    this.#watched.delete(uri.toString());
    const { landing: now } = await client.call('landing.status', { session });
    const left = (now?.stop?.files ?? []).filter((file) => file.state !== 'accepted');
    if (now?.state === 'paused') await offerNext(place, left[0]?.path, left.length);
  }
}

const isFinished = (marked: string | undefined, text: string): boolean =>
  marked !== undefined && unhandledPlaces(marked, text) === 0;

const isStillOpen = (uri: vscode.Uri): boolean =>
  vscode.window.tabGroups.all.some(({ tabs }) => tabs.some((tab) => tabUri(tab)?.toString() === uri.toString()));

const nameOf = (path: string): string => oneLine(path.slice(path.lastIndexOf('/') + 1), 80);

/** Asks about a file that holds what Claude proposed, or that seems to have been closed in the middle of the work. */
async function isResolved({ session, path }: Place, marked: string | undefined): Promise<boolean> {
  const [yes, again] = ['It Is Resolved', 'Open Again'] as const;
  const text =
    marked === undefined
      ? `Is ${nameOf(path)} resolved as it stands now?`
      : `${nameOf(path)} still seems to have places where neither side was chosen.`;
  const chosen = await vscode.window.showWarningMessage(text, yes, again);
  if (chosen === again) await vscode.commands.executeCommand(ids.command.openConflict, session, { path });
  return chosen === yes;
}

/** The next conflict, or, after the last one, to go on. */
async function offerNext({ session, path }: Place, next: string | undefined, left: number): Promise<void> {
  const button = next === undefined ? 'Continue Landing' : 'Next Conflict';
  const rest = left === 1 ? 'one conflict is' : `${left} conflicts are`;
  const text = `${nameOf(path)} is resolved; ${next === undefined ? 'no conflict is' : rest} left.`;
  if ((await vscode.window.showInformationMessage(text, button)) === undefined) return;
  if (next === undefined) await vscode.commands.executeCommand(ids.command.continueLanding, session);
  else await vscode.commands.executeCommand(ids.command.openConflict, session, { path: next });
}
