import type { Session, SessionState } from '../../protocol/session.ts';
import { type LandingAction, landingActions, landingRules } from './landingRules.ts';

/** What can be done with a session. */
export type SessionAction =
  | LandingAction
  | 'start'
  | 'stop'
  | 'resume'
  | 'takeOver'
  | 'send'
  | 'cancel'
  | 'remove'
  | 'push'
  | 'terminal'
  | 'attach'
  | 'changes';

const live: readonly SessionState[] = ['queued', 'starting', 'running', 'waiting'];
const resting: readonly SessionState[] = ['stopped', 'completed', 'failed'];

/** When each action makes sense. The engine has the last word: this only keeps useless ones out of sight. */
const rules: Readonly<Record<SessionAction, (session: Session) => boolean>> = {
  start: ({ state, environment }) =>
    state === 'created' || (environment === undefined && isOneOf(state, ['waiting', 'failed', 'stopped'])),
  stop: ({ state }) => isOneOf(state, live),
  resume: ({ state, environment }) => environment !== undefined && (isOneOf(state, resting) || state === 'waiting'),
  takeOver: ({ state, mode, environment }) =>
    environment !== undefined && ((state === 'running' && mode === 'autonomous') || isOneOf(state, resting)),
  send: ({ state }) => isOneOf(state, live) || isOneOf(state, resting) || state === 'created',
  cancel: ({ state }) => state !== 'cancelled',
  remove: () => true,
  push: ({ head, pushed }) => head !== undefined && head.ahead > 0 && head.commit !== pushed?.commit,
  terminal: ({ state, mode }) => state === 'running' && mode === 'interactive',
  attach: ({ state, environment }) => environment !== undefined && isOneOf(state, ['running', 'waiting', 'completed']),
  changes: ({ head, checkpoint }) => head !== undefined || checkpoint !== undefined,
  ...landingRules,
};

const isOneOf = (state: SessionState, states: readonly SessionState[]): boolean => states.includes(state);

export const allActions: readonly SessionAction[] = [
  'start',
  'stop',
  'resume',
  'takeOver',
  'send',
  'cancel',
  'remove',
  'push',
  'terminal',
  'attach',
  'changes',
  ...landingActions,
];

export const can = (session: Session, action: SessionAction): boolean => rules[action](session);
