import type { Landing } from '../../protocol/landing.ts';
import type { LandingState } from '../../protocol/landingSummary.ts';
import { cleanLine } from '../cleanText.ts';
import type { Color } from '../output.ts';
import { countText } from '../words.ts';

/** How a landing's state is coloured; the word is the state's own. */
export const landingColors: Readonly<Record<LandingState, Color>> = {
  running: 'blue',
  paused: 'yellow',
  ready: 'cyan',
  landed: 'green',
  aborted: 'gray',
  undone: 'gray',
};

/** The state with its reason, as the last line of what is shown. */
export const stateWords = ({
  state,
  reason,
}: Landing): { readonly label: string; readonly color: Color; readonly lines: readonly string[] } => ({
  label: state === 'running' ? 'landing' : state,
  color: landingColors[state],
  lines: [cleanLine(reason.message), ...(reason.detail?.trimEnd().split('\n') ?? []).map(cleanLine)],
});

const steps: Readonly<Record<Landing['step'], (landing: Landing) => string>> = {
  rebase: ({ target }) => `Rebasing onto ${cleanLine(target.branch)}`,
  resolve: ({ stop }) => `Resolving ${countText(stop?.files.length ?? 0, 'conflicted file')}`,
  move: () => "Moving the session's files",
  verify: () => 'Verifying',
  push: () => 'Pushing',
  undo: () => 'Going back',
};

/** What a running landing does. */
export const stepTitle = (landing: Landing): string => steps[landing.step](landing);
