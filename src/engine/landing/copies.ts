import type { Landing } from '../../protocol/landing.ts';

/** The newest are kept, when a target never comes to rest. */
const most = 100;

/**
 * Commits that the landing's rebases alone made of the session's own, round after round: the session has the originals, so nothing is lost with
 * them. One that was given commits on top, to mend what failed, is none, and what was made of it is none either.
 */
export function copiesOf({ moved, before, head, rebased, copies = [] }: Landing): string[] {
  const isOfOriginals = head === before.head || copies.includes(head);
  if (!moved || !isOfOriginals || rebased === undefined || rebased === before.head) return copies;
  return [...new Set([...copies, rebased])].slice(-most);
}
