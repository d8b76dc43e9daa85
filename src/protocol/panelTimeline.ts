import type { TimelineItem } from './panel.ts';

/** Entries of a session's timeline that are kept and shown; a long one's older entries go. */
export const longestTimeline = 2000;

/** Whether an item takes the last one's place: the news of one step replace each other. */
export function replacesLast({ entry: now }: TimelineItem, last: TimelineItem | undefined): boolean {
  const before = last?.entry;
  return now.kind === 'step' && before?.kind === 'step' && now.progress.step === before.progress.step;
}
