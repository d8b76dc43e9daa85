import type { Progress } from '../../protocol/events.ts';
import type { Activity, Session, SessionState } from '../../protocol/session.ts';
import { waitingUntil } from '../../protocol/waitingUntil.ts';

/** How a state shows: a codicon, a tone that the style sheet colours, and words. */
export interface StateLook {
  readonly icon: string;
  readonly spins: boolean;
  readonly tone: 'quiet' | 'active' | 'attention' | 'good' | 'bad';
  readonly words: string;
}

type Base = Omit<StateLook, 'words'> & { readonly word: string };

const states: Readonly<Record<SessionState, Base>> = {
  created: { icon: 'circle-outline', spins: false, tone: 'quiet', word: 'Not started' },
  queued: { icon: 'clock', spins: false, tone: 'quiet', word: 'Queued' },
  starting: { icon: 'loading', spins: true, tone: 'active', word: 'Starting' },
  running: { icon: 'play-circle', spins: false, tone: 'active', word: 'Running' },
  waiting: { icon: 'watch', spins: false, tone: 'attention', word: 'Waiting' },
  blocked: { icon: 'circle-slash', spins: false, tone: 'attention', word: 'Blocked' },
  stopped: { icon: 'debug-pause', spins: false, tone: 'quiet', word: 'Stopped' },
  completed: { icon: 'pass', spins: false, tone: 'good', word: 'Completed' },
  failed: { icon: 'error', spins: false, tone: 'bad', word: 'Failed' },
  cancelled: { icon: 'circle-slash', spins: false, tone: 'quiet', word: 'Cancelled' },
};

const activities: Readonly<Record<Activity['kind'], Base>> = {
  working: { icon: 'loading', spins: true, tone: 'active', word: 'Working' },
  'needs-input': { icon: 'bell-dot', spins: false, tone: 'attention', word: 'Needs input' },
  idle: { icon: 'comment', spins: false, tone: 'quiet', word: 'Idle' },
  unknown: states.running,
};

type Looked = Pick<Session, 'state' | 'activity'> & Partial<Pick<Session, 'reason'>>;

/** What a session's state and activity look like: "Needs input: permission for Bash". */
export function stateLook(session: Looked, progress?: Progress): StateLook {
  const { state, activity, reason } = session;
  const until = reason === undefined ? undefined : waitingUntil({ state, reason });
  if (until !== undefined) return { ...withAbout(states.waiting), words: `Waiting until ${until}` };
  if (state === 'starting') return withAbout(states.starting, progress?.title);
  if (state !== 'running' || activity === undefined) return withAbout(states[state]);
  return withAbout(activities[activity.kind], activity.about);
}

const withAbout = ({ word, ...look }: Base, about = ''): StateLook => ({
  ...look,
  words: about === '' ? word : `${word}: ${about}`,
});

/** States whose reason a person must read, because something is to be done. */
export const needsReading = ({ state }: Pick<Session, 'state'>): boolean =>
  state === 'failed' || state === 'waiting' || state === 'blocked';
