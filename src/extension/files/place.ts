import { isWorkspacePath } from '../../protocol/fileOperations.ts';

/** Where a file of a session is. `path` is below the workspace; "" is the workspace. */
export interface Place {
  readonly session: string;
  readonly path: string;
  /** `landing`: in the work tree of the landing that is under way, instead of the session's own. */
  readonly root?: 'landing' | undefined;
}

/** The parts of a `vscode.Uri` that say it. */
export interface UriParts {
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** The parts of the URI of a file of a session. */
export const partsOf = ({ session, path, root }: Place): UriParts => ({
  authority: root === undefined ? session : `${session}.${root}`,
  path: `/${path}`,
  query: '',
});

/** Reads a URI; `undefined` when it names no place of a session. Anybody may make one: nothing of it is taken on trust. */
export function placeOf({ authority, path }: UriParts): Place | undefined {
  const relative = path.replace(/^\//, '').replace(/\/$/, '');
  const [, session, landing] = /^([a-z0-9]{8})(\.landing)?$/.exec(authority) ?? [];
  if (session === undefined || !isWorkspacePath(relative)) return undefined;
  return { session, path: relative, ...(landing === undefined ? {} : { root: 'landing' }) };
}
