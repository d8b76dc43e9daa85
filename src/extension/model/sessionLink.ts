import { sessionIdOf } from './sessionIdOf.ts';

/** The session that the path of a link names, `/session/<id>`; `undefined` for any other path: anybody may make a link. */
export const sessionOfLink = (path: string): string | undefined =>
  sessionIdOf(/^\/session\/([^/]+)\/?$/.exec(path)?.[1]);
