import * as vscode from 'vscode';
import { ids } from '../ids.ts';
import { partsOf, type Place, placeOf } from './place.ts';
import { type Revision, revisionParts } from './revision.ts';

/** A file of a session, to be opened and edited. */
export const fileUri = (place: Place): vscode.Uri => vscode.Uri.from({ scheme: ids.scheme.files, ...partsOf(place) });

/** A file of a session as it was. */
export const revisionUri = (place: Place, revision: Revision): vscode.Uri =>
  vscode.Uri.from({ scheme: ids.scheme.revisions, ...revisionParts(place, revision) });

/** Where a URI leads; throws VS Code's "not found" when it leads nowhere. */
export function requirePlace(uri: vscode.Uri): Place {
  const place = placeOf(uri);
  if (place === undefined) throw vscode.FileSystemError.FileNotFound(uri);
  return place;
}
