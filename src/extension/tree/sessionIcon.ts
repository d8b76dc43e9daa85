import type { LandingState } from '../../protocol/landingSummary.ts';
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

const landingIcons: Readonly<Partial<Record<LandingState, IconChoice>>> = {
  running: { icon: 'sync~spin', color: 'charts.purple' },
  paused: { icon: 'git-merge', color: 'list.warningForeground' },
  landed: { icon: 'git-merge', color: 'charts.green' },
};

/** Completed, but its work does not fit its target: a tick would promise too much. */
const conflicted: IconChoice = { icon: 'git-merge', color: 'gitDecoration.conflictingResourceForeground' };

/** States in which nothing of the session itself asks for more attention than what becomes of its work. */
const atRest: readonly SessionState[] = ['stopped', 'completed', 'failed'];

/** The product icon of a session's state, or of its landing, and its theme colour. */
export function sessionIcon(session: Session): IconChoice {
  const { state, activity } = session;
  const ofActivity = state === 'running' && activity !== undefined ? byActivity[activity.kind] : undefined;
  const own = ofActivity ?? byState[state];
  // What the session itself needs comes first.
  if (activity?.kind === 'needs-input' || state === 'waiting') return own;
  return ofLanding(session) ?? (isConflicted(session) ? conflicted : own);
}

/** That work has landed is no news any more once Claude works on. */
function ofLanding({ state, landing }: Session): IconChoice | undefined {
  if (landing === undefined || (landing.state === 'landed' && !atRest.includes(state))) return undefined;
  return landingIcons[landing.state];
}

const isConflicted = ({ state, forecast }: Session): boolean =>
  forecast?.outcome === 'conflicts' && state === 'completed';
