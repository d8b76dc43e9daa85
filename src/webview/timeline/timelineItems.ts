import type { TimelineItem } from '../../protocol/panel.ts';

/** Rows that are shown; a long session's older ones go. */
export const longestTimeline = 2000;

/** What to do with the rows that are there: `replace` the last one, or `append`; `skip` what says nothing new. */
export type Placement = 'append' | 'replace' | 'skip';

/** Where an item belongs after the last one: the news of one step take each other's place. */
export function placementOf(item: TimelineItem, last: TimelineItem | undefined): Placement {
  if (last === undefined) return 'append';
  if (item.seq <= last.seq) return 'skip';
  const [now, before] = [item.entry, last.entry];
  const isSameStep = now.kind === 'step' && before.kind === 'step' && now.progress.step === before.progress.step;
  return isSameStep ? 'replace' : 'append';
}
