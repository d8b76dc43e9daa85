import type { Landing } from '../../protocol/landing.ts';
import type { LandingStep } from '../../protocol/landingSummary.ts';

export type Tone = 'quiet' | 'active' | 'attention' | 'good' | 'bad';

/** How one step of a landing shows. `note` says it in a word. */
export interface StepLook {
  readonly name: string;
  readonly icon: string;
  readonly spins: boolean;
  readonly tone: Tone;
  readonly note: string;
}

const order = ['rebase', 'resolve', 'verify', 'push'] as const;
type Shown = (typeof order)[number];

const names: Readonly<Record<Shown, string>> = {
  rebase: 'Rebase',
  resolve: 'Resolve',
  verify: 'Verify',
  push: 'Push',
};

const look = (icon: string, tone: Tone, note: string): Omit<StepLook, 'name'> => ({
  ...{ icon, tone, note },
  spins: icon === 'loading',
});

const todo = look('circle-outline', 'quiet', 'to do');
const skipped = look('circle-slash', 'quiet', 'not needed');

/** The four steps of a landing as they stand. */
export const stepLooks = (landing: Landing | undefined): StepLook[] =>
  order.map((step) => ({ name: names[step], ...stepLook(step, landing) }));

/** Moving the session's own tree is the end of the second step. */
const placeOf = (step: LandingStep): number => (step === 'move' ? 1 : order.indexOf(step as Shown));

function stepLook(step: Shown, landing: Landing | undefined): Omit<StepLook, 'name'> {
  if (landing === undefined || isTakenBack(landing)) return todo;
  const [at, current] = [order.indexOf(step), placeOf(landing.step)];
  if (at > current) return todo;
  if (at < current || landing.state === 'landed' || landing.state === 'ready') return doneLook(step, landing);
  if (landing.state === 'running') return look('loading', 'active', progressNote(step, landing));
  return isRed(step, landing) ? look('error', 'bad', 'failed') : look('bell-dot', 'attention', 'needs you');
}

const isTakenBack = ({ state, step }: Landing): boolean => state === 'aborted' || state === 'undone' || step === 'undo';

function progressNote(step: Shown, { progress }: Landing): string {
  return step === 'rebase' && progress !== undefined ? `${progress.done} of ${progress.total}` : 'running';
}

const isRed = (step: Shown, { verify, reason }: Landing): boolean =>
  step === 'verify' ? verify?.outcome === 'failed' || verify?.outcome === 'timed-out' : reason.code.startsWith('push-');

function doneLook(step: Shown, landing: Landing): Omit<StepLook, 'name'> {
  if (step === 'resolve' && landing.resolved.length === 0) return skipped;
  return step === 'verify' ? verifiedLook(landing) : look('pass', 'good', 'done');
}

function verifiedLook({ state, verify, result }: Landing): Omit<StepLook, 'name'> {
  if (state === 'ready' && verify?.commit !== result) return todo;
  if (verify?.outcome !== 'passed') return look('circle-slash', 'attention', 'not verified');
  return look('pass', 'good', 'done');
}
