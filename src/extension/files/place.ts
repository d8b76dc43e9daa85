import { isWorkspacePath } from '../../protocol/fileOperations.ts';

/** Where a file of a session is. `path` is below the workspace; "" is the workspace. */
export interface Place {
  readonly session: string;
  readonly path: string;
}

/** How a file was: at a commit that does not change, or not there at all. */
export type Revision =
  { readonly which: 'base' | 'checkpoint'; readonly commit: string } | { readonly which: 'nothing' };

/** The parts of a `vscode.Uri` that say it. */
export interface UriParts {
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** The parts of the URI of a file of a session. */
export const partsOf = ({ session, path }: Place): UriParts => ({ authority: session, path: `/${path}`, query: '' });

/** The parts of the URI of how a file was. */
export function revisionParts(place: Place, revision: Revision): UriParts {
  const query = revision.which === 'nothing' ? 'nothing' : `${revision.which}=${revision.commit}`;
  return { ...partsOf(place), query };
}

/** Reads a URI; `undefined` when it names no place of a session. Anybody may make one: nothing of it is taken on trust. */
export function placeOf({ authority, path }: UriParts): Place | undefined {
  const relative = path.replace(/^\//, '').replace(/\/$/, '');
  return /^[a-z0-9]{8}$/.test(authority) && isWorkspacePath(relative)
    ? { session: authority, path: relative }
    : undefined;
}

/** Reads the URI of how a file was; `undefined` when it is none. */
export function revisionOf(parts: UriParts): (Place & { readonly revision: Revision }) | undefined {
  const place = placeOf(parts);
  if (place === undefined) return undefined;
  if (parts.query === 'nothing') return { ...place, revision: { which: 'nothing' } };
  const [, which, commit] = /^(base|checkpoint)=([0-9a-f]{40}|[0-9a-f]{64})$/.exec(parts.query) ?? [];
  return which === undefined || commit === undefined
    ? undefined
    : { ...place, revision: { which: which === 'base' ? 'base' : 'checkpoint', commit } };
}
