import type { LandingFile } from '../../protocol/landing.ts';
import type { PanelLandingAction } from '../../protocol/panelLanding.ts';
import { type Child, element, icon } from '../dom.ts';
import { conflictWords } from './conflictWords.ts';
import type { Tone } from './stepLooks.ts';

/** What a person may do about a file, or `undefined` where it is only shown. */
export type ActOnFile = ((action: PanelLandingAction, path: string) => void) | undefined;

const states: Readonly<Record<LandingFile['state'], { icon: string; tone: Tone; words: string }>> = {
  open: { icon: 'warning', tone: 'attention', words: 'Open' },
  proposed: { icon: 'eye', tone: 'attention', words: 'Proposed' },
  accepted: { icon: 'pass', tone: 'good', words: 'Resolved' },
};

const resolvers = { rule: 'without judgement', claude: 'by Claude', person: 'by you' } as const;

/** One conflicted file: why it conflicts, who resolved it, how sure that is and why, and what can be done about it. */
export function conflictCard(file: LandingFile, act: ActOnFile): HTMLElement {
  const { path, state, by, why, warnings, confidence } = file;
  const { icon: name, tone, words } = states[state];
  const who = by === undefined || state === 'open' ? '' : ` ${resolvers[by]}`;
  return element(
    'li',
    { class: `conflict conflict-${state}`, attributes: { 'data-path': path } },
    element(
      'div',
      { class: 'conflict-first' },
      nameOf(file, act),
      element('span', { class: 'conflict-kind' }, conflictWords(file)),
    ),
    element(
      'div',
      { class: `conflict-state tone-${tone}` },
      icon(name),
      `${words}${who}`,
      confidence === undefined ? undefined : meter(confidence),
    ),
    why === undefined || why === '' ? undefined : element('p', { class: 'conflict-why' }, why),
    ...warnings.map((text) =>
      element('p', { class: 'conflict-warning tone-attention' }, icon('warning'), element('span', {}, text)),
    ),
    act === undefined ? undefined : element('div', { class: 'conflict-actions' }, ...buttons(file, act)),
  );
}

function nameOf({ path }: LandingFile, act: ActOnFile): HTMLElement {
  if (act === undefined) return element('span', { class: 'conflict-path' }, path);
  const attributes = { 'data-key': `open ${path}` };
  const onClick = (): void => act('openConflict', path);
  return element(
    'button',
    { class: 'link conflict-path', title: 'Open in the merge editor', attributes, onClick },
    path,
  );
}

/** How sure Claude is, as a bar and a number. */
function meter(confidence: number): HTMLElement {
  const percent = Math.round(confidence * 100);
  const bar = element('span', { class: 'meter-bar' });
  bar.style.width = `${percent}%`;
  const attributes = {
    ...{ role: 'meter', 'aria-label': 'Confidence', 'aria-valuemin': '0', 'aria-valuemax': '100' },
    'aria-valuenow': String(percent),
  };
  return element(
    'span',
    { class: 'confidence', title: `Claude is ${percent}% sure of it` },
    element('span', { class: 'meter', attributes }, bar),
    `${percent}% sure`,
  );
}

const words: Readonly<Partial<Record<PanelLandingAction, { label: string; title: string }>>> = {
  openConflict: { label: 'Merge Editor', title: 'Resolve it by hand' },
  accept: { label: 'Accept', title: 'Take the file as it stands' },
  refuse: { label: 'Refuse', title: 'Put the conflict back' },
  ours: { label: "Target's", title: "Take the target's version" },
  theirs: { label: "Session's", title: "Take the session's version" },
};

function buttons({ path, state }: LandingFile, act: NonNullable<ActOnFile>): Child[] {
  const offered: PanelLandingAction[] =
    state === 'proposed'
      ? ['accept', 'refuse', 'openConflict']
      : state === 'open'
        ? ['openConflict', 'ours', 'theirs']
        : ['refuse'];
  return offered.map((action) => {
    const { label: word, title } = words[action] ?? { label: action, title: action };
    const label = action === 'refuse' && state === 'accepted' ? 'Put Conflict Back' : word;
    const attributes = { 'data-action': action, 'data-key': `${action} ${path}`, 'aria-label': `${label}: ${path}` };
    return element('button', { class: 'small-button', title, attributes, onClick: () => act(action, path) }, label);
  });
}
