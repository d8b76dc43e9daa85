import type { TimelineItem } from './panel.ts';

/** Entries of a session's timeline that are kept and shown; a long one's older entries go. */
export const longestTimeline = 2000;

/**
 * The place of the item that a new one takes over: the news of one step replace each other as long as nothing but steps came between.
 * `undefined` for an item that is added at the end.
 */
export function placeOf({ entry: now }: TimelineItem, items: readonly TimelineItem[]): number | undefined {
  if (now.kind !== 'step') return undefined;
  for (let at = items.length - 1; at >= 0; at--) {
    const before = items[at]?.entry;
    if (before?.kind !== 'step') return undefined;
    if (before.progress.step === now.progress.step) return at;
  }
  return undefined;
}
