import { partsOf, type Place, placeOf, type UriParts } from './place.ts';

/** One of the three sides of a conflict. `of` tells one stop of a landing from another. */
export interface ConflictSide {
  readonly which: 'conflict';
  readonly side: 'base' | 'ours' | 'theirs';
  readonly of: string;
}

/** How a file was: at a commit that does not change, at one side of a conflict, or not there at all. */
export type Revision =
  | { readonly which: 'base' | 'head' | 'checkpoint'; readonly commit: string }
  | ConflictSide
  | { readonly which: 'nothing' };

/** The parts of the URI of how a file was. */
export function revisionParts(place: Place, revision: Revision): UriParts {
  return { ...partsOf(place), query: queryOf(revision) };
}

function queryOf(revision: Revision): string {
  if (revision.which === 'nothing') return 'nothing';
  return revision.which === 'conflict' ? `${revision.side}-of=${revision.of}` : `${revision.which}=${revision.commit}`;
}

/** Reads the URI of how a file was; `undefined` when it is none. */
export function revisionOf(parts: UriParts): (Place & { readonly revision: Revision }) | undefined {
  const place = placeOf(parts);
  if (place === undefined) return undefined;
  if (parts.query === 'nothing') return { ...place, revision: { which: 'nothing' } };
  const revision = conflictSide(parts.query) ?? atCommit(parts.query);
  return revision === undefined ? undefined : { ...place, revision };
}

function conflictSide(query: string): ConflictSide | undefined {
  const [, side, of = ''] = /^(base|ours|theirs)-of=([\w-]{1,200})$/.exec(query) ?? [];
  return side === 'base' || side === 'ours' || side === 'theirs' ? { which: 'conflict', side, of } : undefined;
}

function atCommit(query: string): Revision | undefined {
  const [, which, commit = ''] = /^(base|head|checkpoint)=([0-9a-f]{40}|[0-9a-f]{64})$/.exec(query) ?? [];
  return which === 'base' || which === 'head' || which === 'checkpoint' ? { which, commit } : undefined;
}
