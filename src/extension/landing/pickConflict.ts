import * as vscode from 'vscode';
import * as z from 'zod';
import { EngineError } from '../../client/engineError.ts';
import type { Landing, LandingFile } from '../../protocol/landing.ts';
import type { Session } from '../../protocol/session.ts';
import { oneLine } from '../model/oneLine.ts';

const givenSchema = z.object({ path: z.string().min(1).max(4096) });

interface Item extends vscode.QuickPickItem {
  readonly file: LandingFile;
}

export interface ConflictChoice {
  readonly title: string;
  /** The path that a program, the panel or a row gave: `{path}`. */
  readonly given: unknown;
  readonly fits?: ((file: LandingFile) => boolean) | undefined;
}

/** One conflicted file of the stop that a landing stands at: the one that was given, the only one, or one that is picked. */
export async function pickConflict(
  session: Session,
  { stop }: Landing,
  { title, given, fits = () => true }: ConflictChoice,
): Promise<LandingFile | undefined> {
  const all = stop?.files ?? [];
  const path = givenSchema.safeParse(given).data?.path;
  if (path !== undefined) return named(session, all, path);
  const files = all.filter(fits);
  const [first, ...others] = files;
  if (first === undefined)
    throw EngineError.of(
      'not-in-this-state',
      `There is no conflict of "${session.name}" for which this can be done now.`,
    );
  if (others.length === 0) return first;
  const items = files.map((file): Item => ({ label: oneLine(file.path, 300), description: wordsOf(file), file }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which file?', ignoreFocusOut: true }))?.file;
}

function named({ name }: Session, files: readonly LandingFile[], path: string): LandingFile {
  const found = files.find((file) => file.path === path);
  if (found !== undefined) return found;
  throw EngineError.of('not-in-this-state', `${oneLine(path, 200)} is not in conflict (any more) in "${name}".`);
}

function wordsOf({ kind, state, confidence }: LandingFile): string {
  const sure = confidence === undefined ? '' : `, ${Math.round(confidence * 100)}% sure`;
  return `${kind}, ${state}${sure}`;
}
