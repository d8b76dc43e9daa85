import type { LandingStep, LandingSummary } from '../../protocol/landingSummary.ts';
import type { Session } from '../../protocol/session.ts';
import { forecastOf } from './forecastOf.ts';
import { oneLine } from './oneLine.ts';

const stepWords: Readonly<Record<LandingStep, string>> = {
  rebase: 'rebasing',
  resolve: 'resolving',
  move: 'moving',
  verify: 'verifying',
  push: 'pushing',
  undo: 'undoing',
};

const longest = 60;

/** How a landing stands, in a few words for a row: "landing: 2 conflicts". Empty when there is nothing to say. */
export function landingText(session: Pick<Session, 'landing' | 'forecast'>): string {
  const { landing } = session;
  const forecast = forecastOf(session);
  const ofLanding = landing === undefined ? '' : textOf(landing);
  return ofLanding === '' && forecast !== undefined ? forecastText(forecast) : ofLanding;
}

function textOf(landing: LandingSummary): string {
  const target = oneLine(landing.target, longest);
  switch (landing.state) {
    case 'running':
      return `landing: ${stepWords[landing.step]}`;
    case 'paused':
      return `landing: ${pausedText(landing)}`;
    case 'ready':
      return `on ${target}, not pushed`;
    case 'landed':
      return `landed on ${target}`;
    case 'aborted':
    case 'undone':
      return '';
  }
}

function pausedText({ openFiles, reason }: LandingSummary): string {
  const isProposed = openFiles > 0 && reason.code === 'proposals';
  if (isProposed) return `${openFiles} ${openFiles === 1 ? 'resolution' : 'resolutions'} to look at`;
  if (openFiles > 0) return `${openFiles} ${openFiles === 1 ? 'conflict' : 'conflicts'}`;
  return pausedWords[reason.code] ?? 'needs you';
}

const pausedWords: Readonly<Partial<Record<string, string>>> = {
  unverified: 'not verified',
  'verify-failed': 'verification failed',
  'target-moved': 'target has moved',
};

function forecastText({ outcome, target, sessions }: NonNullable<Session['forecast']>): string {
  if (outcome === 'conflicts') return `conflicts with ${oneLine(target, longest)}`;
  if (sessions.length === 0) return '';
  return `conflicts with ${sessions.length === 1 ? 'another session' : `${sessions.length} sessions`}`;
}

/** Why a landing can't go on without its user; `undefined` when it can. */
export const landingNeedsUser = ({ landing }: Pick<Session, 'landing'>): string | undefined =>
  landing?.state === 'paused' ? landing.reason.message : undefined;
