import type { Progress, TimelineEntry } from '../../protocol/events.ts';
import type { SessionState } from '../../protocol/session.ts';
import type { TimelineItem } from '../../protocol/panel.ts';

/** How an entry of the timeline shows. */
export interface EntryLook {
  readonly icon: string;
  /** Who or what, in a word; said before the text. */
  readonly label: string;
  readonly text: string;
  readonly kind: string;
  readonly isFailed: boolean;
  /** Many of these say little: shown smaller. */
  readonly isQuiet: boolean;
}

const kinds: Readonly<Record<TimelineEntry['kind'], { icon: string; label: string; isQuiet: boolean }>> = {
  prompt: { icon: 'account', label: 'You', isQuiet: false },
  text: { icon: 'sparkle', label: 'Claude', isQuiet: false },
  tool: { icon: 'tools', label: 'Tool', isQuiet: true },
  result: { icon: 'pass', label: 'Done', isQuiet: false },
  commit: { icon: 'git-commit', label: 'Commit', isQuiet: false },
  checkpoint: { icon: 'history', label: 'Checkpoint', isQuiet: true },
  push: { icon: 'cloud-upload', label: 'Pushed', isQuiet: false },
  landing: { icon: 'git-merge', label: 'Landing', isQuiet: false },
  limit: { icon: 'dashboard', label: 'Limit', isQuiet: false },
  hook: { icon: 'plug', label: 'Hook', isQuiet: true },
  notice: { icon: 'info', label: 'Notice', isQuiet: false },
};

/** What an entry of the timeline says, after the one before it. */
export function entryLook({ entry }: TimelineItem, before?: TimelineItem): EntryLook {
  switch (entry.kind) {
    case 'timeline':
      return timelineLook(entry.timeline, before);
    case 'state':
      return stateEntry(entry.state, entry.message);
    case 'step':
      return stepEntry(entry.progress);
  }
}

const stateEntry = (state: SessionState, message: string): EntryLook => ({
  icon: 'circle-filled',
  label: `${state.charAt(0).toUpperCase()}${state.slice(1)}`,
  text: message,
  kind: 'state',
  isFailed: state === 'failed',
  isQuiet: true,
});

const stepIcons = { running: 'gear', done: 'check', failed: 'error' } as const;

function stepEntry({ title, detail, status }: Progress): EntryLook {
  const isFailed = status === 'failed';
  const text = isFailed && detail !== undefined ? detail : '';
  return { icon: stepIcons[status], label: title, text, kind: 'step', isFailed, isQuiet: true };
}

function timelineLook(timeline: TimelineEntry, before: TimelineItem | undefined): EntryLook {
  const { kind, subject, failed } = timeline;
  const { icon, label, isQuiet } = kinds[kind];
  const isFailed = failed === true;
  // A tool's name says more than the word for what it is.
  const isNamed = subject !== undefined && (kind === 'tool' || kind === 'hook');
  const text = isRepeated(timeline, before) ? '' : timeline.text;
  // Of a landing the subject is a word for programs.
  const said = subject === undefined || isNamed || kind === 'landing' ? text : `${shortId(subject)} ${text}`.trim();
  return { icon: isFailed ? 'error' : icon, label: isNamed ? subject : label, text: said, kind, isFailed, isQuiet };
}

/** The result of a turn is as a rule what Claude said last. */
const isRepeated = ({ kind, text }: TimelineEntry, before: TimelineItem | undefined): boolean =>
  kind === 'result' &&
  before?.entry.kind === 'timeline' &&
  before.entry.timeline.kind === 'text' &&
  before.entry.timeline.text.trim() === text.trim();

const shortId = (subject: string): string => (/^[0-9a-f]{40,64}$/.test(subject) ? subject.slice(0, 8) : subject);
