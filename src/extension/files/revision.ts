import { partsOf, type Place, placeOf, type UriParts } from './place.ts';

/** How a file was: at a commit that does not change, or not there at all. */
export type Revision =
  { readonly which: 'base' | 'checkpoint'; readonly commit: string } | { readonly which: 'nothing' };

/** The parts of the URI of how a file was. */
export function revisionParts(place: Place, revision: Revision): UriParts {
  const query = revision.which === 'nothing' ? 'nothing' : `${revision.which}=${revision.commit}`;
  return { ...partsOf(place), query };
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
