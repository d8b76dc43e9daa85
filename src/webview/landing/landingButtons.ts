import type { PanelLandingAction } from '../../protocol/panelLanding.ts';

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
