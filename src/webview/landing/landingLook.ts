import type { ConflictKind, Landing, LandingFile, PlannedCommit } from '../../protocol/landing.ts';
import type { LandingStep } from '../../protocol/landingSummary.ts';
import type { PanelLandingAction } from '../../protocol/panelLanding.ts';

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
  if (landing.state === 'ready' && step === 'verify' && landing.verify?.commit !== landing.result) return todo;
  if (step === 'resolve' && landing.resolved.length === 0) return skipped;
  if (step === 'verify' && landing.verify?.outcome !== 'passed')
    return look('circle-slash', 'attention', 'not verified');
  return look('pass', 'good', 'done');
}

interface Words {
  readonly label: string;
  readonly icon: string;
  readonly title: string;
}

/** The buttons of a landing, the likeliest first. */
export const landingButtons: readonly (readonly [PanelLandingAction, Words])[] = [
  ['resolve', { label: 'Resolve with Claude', icon: 'sparkle', title: 'Let Claude resolve the open conflicts' }],
  ['continue', { label: 'Continue', icon: 'debug-continue', title: 'Go on with the landing' }],
  ['sendOutput', { label: 'Send Output to Claude', icon: 'comment', title: 'Let Claude mend what failed' }],
  ['push', { label: 'Push…', icon: 'cloud-upload', title: 'Push what was landed' }],
  ['verify', { label: 'Verify', icon: 'beaker', title: "Run the project's verification" }],
  ['pullRequest', { label: 'Open Pull Request', icon: 'git-pull-request-create', title: 'Opens the web page for it' }],
  ['land', { label: 'Land…', icon: 'git-merge', title: 'Rebase, resolve, verify and push' }],
  ['rebase', { label: 'Rebase onto…', icon: 'git-pull-request', title: 'Rebase and stop there' }],
  ['review', { label: 'Review Changes', icon: 'diff-multiple', title: 'What differs from the target, in one editor' }],
  ['abort', { label: 'Abort', icon: 'close', title: 'Give the landing up: the session is as it was before' }],
  ['undo', { label: 'Undo…', icon: 'discard', title: 'Take the landing back' }],
];

export const outcomeLooks: Readonly<Record<PlannedCommit['outcome'], { icon: string; tone: Tone; words: string }>> = {
  clean: { icon: 'pass', tone: 'good', words: 'clean' },
  conflict: { icon: 'warning', tone: 'attention', words: 'conflict' },
  empty: { icon: 'circle-slash', tone: 'quiet', words: 'nothing left of it' },
  there: { icon: 'circle-slash', tone: 'quiet', words: 'on the target already' },
  merge: { icon: 'circle-slash', tone: 'quiet', words: 'merge, left out' },
};

const kindWords: Readonly<Record<ConflictKind, string>> = {
  content: 'both changed it',
  'both-added': 'both added it',
  'modify-delete': 'changed and deleted',
  'rename-delete': 'renamed and deleted',
  'rename-rename': 'renamed on both sides',
  'directory-rename': 'its folder was renamed',
  'file-directory': 'a file and a folder',
  binary: 'both changed it, and it is no text',
  mode: 'both changed its mode',
  symlink: 'a link on one side',
  submodule: 'a submodule',
  other: 'git can not merge it',
};

/** Why git can't merge a file, in words. */
export function conflictWords({ kind, deletedBy }: Pick<LandingFile, 'kind' | 'deletedBy'>): string {
  if (deletedBy === undefined) return kindWords[kind];
  return deletedBy === 'ours'
    ? 'changed by the session, deleted by the target'
    : 'changed by the target, deleted by the session';
}
