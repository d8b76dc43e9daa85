import type { Session, SessionState } from '../../protocol/session.ts';

export interface IconChoice {
  readonly icon: string;
  readonly color?: string | undefined;
}

const byState: Readonly<Record<SessionState, IconChoice>> = {
  created: { icon: 'circle-outline' },
  queued: { icon: 'clock' },
  starting: { icon: 'loading~spin' },
  running: { icon: 'play-circle', color: 'charts.blue' },
  waiting: { icon: 'warning', color: 'list.warningForeground' },
  blocked: { icon: 'error', color: 'list.warningForeground' },
  stopped: { icon: 'debug-pause' },
  completed: { icon: 'pass-filled', color: 'charts.green' },
  failed: { icon: 'error', color: 'list.errorForeground' },
  cancelled: { icon: 'circle-slash', color: 'disabledForeground' },
};

const byActivity: Readonly<Partial<Record<string, IconChoice>>> = {
  'needs-input': { icon: 'bell-dot', color: 'list.warningForeground' },
  idle: { icon: 'comment-discussion', color: 'charts.blue' },
};

/** The product icon of a session's state and its theme colour. */
export const sessionIcon = ({ state, activity }: Session): IconChoice =>
  (state === 'running' && activity !== undefined ? byActivity[activity.kind] : undefined) ?? byState[state];
