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

type Timeline = Extract<TimelineItem['entry'], { kind: 'timeline' }>['timeline'];

const kinds: Readonly<Record<Timeline['kind'], { icon: string; label: string; isQuiet: boolean }>> = {
  prompt: { icon: 'account', label: 'You', isQuiet: false },
  text: { icon: 'sparkle', label: 'Claude', isQuiet: false },
  tool: { icon: 'tools', label: 'Tool', isQuiet: true },
  result: { icon: 'pass', label: 'Result', isQuiet: false },
  commit: { icon: 'git-commit', label: 'Commit', isQuiet: false },
  checkpoint: { icon: 'history', label: 'Checkpoint', isQuiet: true },
  push: { icon: 'cloud-upload', label: 'Pushed', isQuiet: false },
  limit: { icon: 'dashboard', label: 'Limit', isQuiet: false },
  hook: { icon: 'plug', label: 'Hook', isQuiet: true },
  notice: { icon: 'info', label: 'Notice', isQuiet: false },
};

/** What an entry of the timeline says. */
export function entryLook({ entry }: TimelineItem): EntryLook {
  switch (entry.kind) {
    case 'timeline':
      return timelineLook(entry.timeline);
    case 'state':
      return {
        icon: 'circle-filled',
        label: `${entry.state.charAt(0).toUpperCase()}${entry.state.slice(1)}`,
        text: entry.message,
        kind: 'state',
        isFailed: entry.state === 'failed',
        isQuiet: true,
      };
    case 'step': {
      const { title, detail, status } = entry.progress;
      const isFailed = status === 'failed';
      const text = isFailed && detail !== undefined ? `${title}: ${detail}` : title;
      return { icon: isFailed ? 'error' : 'gear', label: 'Step', text, kind: 'step', isFailed, isQuiet: true };
    }
  }
}

function timelineLook({ kind, text, subject, failed }: Timeline): EntryLook {
  const { icon, label, isQuiet } = kinds[kind];
  const isFailed = failed === true;
  // A tool's name and a commit's number say more than the word for what they are.
  const isNamed = subject !== undefined && (kind === 'tool' || kind === 'hook');
  const said = subject === undefined || isNamed ? text : `${shortId(subject)} ${text}`.trim();
  return { icon: isFailed ? 'error' : icon, label: isNamed ? subject : label, text: said, kind, isFailed, isQuiet };
}

const shortId = (subject: string): string => (/^[0-9a-f]{40,64}$/.test(subject) ? subject.slice(0, 8) : subject);
