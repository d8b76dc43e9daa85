import type { Session, SessionState } from '../protocol/session.ts';
import { waitingUntil } from '../protocol/waitingUntil.ts';
import { cleanLine } from './cleanText.ts';
import type { Color } from './output.ts';

/** How a state is called and coloured. */
export const stateWords: Readonly<Record<SessionState, { readonly word: string; readonly color: Color }>> = {
  created: { word: 'created', color: 'gray' },
  queued: { word: 'queued', color: 'gray' },
  starting: { word: 'starting', color: 'cyan' },
  running: { word: 'running', color: 'blue' },
  waiting: { word: 'waiting', color: 'yellow' },
  blocked: { word: 'blocked', color: 'yellow' },
  stopped: { word: 'stopped', color: 'gray' },
  completed: { word: 'completed', color: 'green' },
  failed: { word: 'failed', color: 'red' },
  cancelled: { word: 'cancelled', color: 'gray' },
};

const activityWords = { working: 'working', 'needs-input': 'needs input', idle: 'idle', unknown: '' } as const;

/** The state with what Claude does right now: "running, needs input", or until when the session waits. */
export function stateText(session: Session): string {
  const { state, activity } = session;
  const until = waitingUntil(session);
  const word = until === undefined ? stateWords[state].word : `${stateWords[state].word} until ${until}`;
  const doing = state === 'running' && activity !== undefined ? activityWords[activity.kind] : '';
  return doing === '' ? word : `${word}, ${doing}`;
}

/** What is to be known of a session's way home; empty when nothing is. */
export function homeText({ landing, forecast }: Session): string {
  if (landing === undefined || landing.state === 'aborted' || landing.state === 'undone') return forecastText(forecast);
  if (landing.state === 'landed') return 'landed';
  if (landing.state !== 'paused') return landing.state === 'ready' ? 'ready to push' : `landing: ${landing.step}`;
  if (landing.openFiles > 0) return `landing: ${countText(landing.openFiles, 'conflict')}`;
  return `landing: ${pauseWords[landing.reason.code] ?? 'needs you'}`;
}

const pauseWords: Readonly<Record<string, string>> = {
  unverified: 'unverified',
  'verify-failed': 'verification failed',
  'target-moved': 'target moved',
};

function forecastText(forecast: Session['forecast']): string {
  if (forecast === undefined) return '';
  if (forecast.outcome === 'conflicts') return `conflicts with ${forecast.target}`;
  return forecast.sessions.length === 0 ? '' : `conflicts with ${countText(forecast.sessions.length, 'session')}`;
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
];

/** A span of time in its biggest unit: "3h". */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const unit = units.find(([, size]) => seconds >= size);
  return unit === undefined ? `${seconds}s` : `${Math.floor(seconds / unit[1])}${unit[0]}`;
}

export const ageText = (instant: string, at = Date.now()): string => spanText(at - Date.parse(instant));

/** US dollars; a plus says that requests to models without a known price are not in it. */
export function costText({ usage }: Session): string {
  if (usage.requests === 0) return '-';
  return `$${usage.costUsd.toFixed(usage.costUsd < 1 ? 3 : 2)}${usage.unpricedRequests > 0 ? '+' : ''}`;
}

export const contextText = ({ context }: Session): string =>
  context === undefined ? '-' : `${Math.round((context.usedTokens / context.windowTokens) * 100)}%`;

/** 1 commit, 2 commits. */
export const countText = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), binaryUnits.length - 1);
  const value = bytes / 1024 ** power;
  return `${value.toFixed(value < 10 && power > 0 ? 1 : 0)} ${binaryUnits[power] ?? 'B'}`;
}

/** A text cut to a width, on one line. */
export function cutText(text: string, width: number): string {
  const line = cleanLine(text);
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 3))}...`.slice(0, Math.max(0, width));
}
