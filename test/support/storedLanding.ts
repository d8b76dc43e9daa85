import type { Landing } from '../../src/protocol/landing.ts';

const at = '2026-01-02T03:04:05.000Z';
const commit = (digit: string): string => digit.repeat(40);

/** A landing that has just begun, with what a test wants to be different. */
export const aLanding = (changes: Partial<Landing> = {}): Landing => ({
  session: 'bcdfghjk',
  target: { branch: 'main', commit: commit('a') },
  head: commit('b'),
  state: 'running',
  step: 'rebase',
  reason: { code: 'begun', message: 'Landing onto main.' },
  whole: true,
  options: {
    ...{ resolve: 'claude', threshold: 0.8, budgetUsd: 5, lockFiles: true, verifyTimeout: 1_800_000 },
    ...{ verify: 'npm test', unverified: false, push: 'branch' },
  },
  resolved: [],
  before: { head: commit('b'), base: { ref: 'main', commit: commit('c') } },
  superseded: [],
  moved: false,
  pushes: [],
  rounds: 0,
  costUsd: 0,
  startedAt: at,
  updatedAt: at,
  ...changes,
});
