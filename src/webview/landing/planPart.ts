import type { LandingPlan, PlannedCommit } from '../../protocol/landing.ts';
import type { PanelPlan } from '../../protocol/panelLanding.ts';
import { type Child, element, icon } from '../dom.ts';
import { conflictWords, outcomeLooks } from './conflictWords.ts';

/** Rows that are shown; a longer plan is read as a text. */
const mostCommits = 200;

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The dry run: what would move, what it would meet, and what a person should know before. */
export function planPart(plan: PanelPlan, again: () => void): Child[] {
  const attributes = { 'data-key': 'plan again' };
  const refresh = element('button', { class: 'link', attributes, onClick: again }, 'Plan again');
  if (plan.kind === 'reading') return [element('p', { class: 'quiet-text' }, 'Looking at what landing would do…')];
  if (plan.kind === 'failed')
    return [
      element('p', { class: 'tone-bad plan-problem' }, icon('error'), element('span', {}, plan.message)),
      refresh,
    ];
  return [element('p', { class: 'plan-summary' }, summary(plan.plan), ' ', refresh), ...details(plan.plan)];
}

function summary(plan: LandingPlan): string {
  const target = plan.target.branch;
  if (plan.upToDate) return `${target} holds everything already.`;
  const commits = plural(plan.commits.length, 'commit');
  if (plan.fastForward) return `${commits} on top of ${target}: nothing has to be rebased.`;
  const paths = new Set(plan.commits.flatMap(({ conflicts }) => conflicts.map(({ path }) => path)));
  const behind = `${target} is ${plural(plan.behind, 'commit')} ahead.`;
  if (paths.size === 0) return `${commits} would move cleanly. ${behind}`;
  return `${commits} would move, with conflicts in ${plural(paths.size, 'file')}. ${behind}`;
}

function details({ notices, verify, commits }: LandingPlan): Child[] {
  const command = verify.command ?? verify.suggestions[0];
  const verification =
    command === undefined
      ? 'No command is known that verifies it: the landing will ask.'
      : `${verify.command === undefined ? 'Suggested verification' : 'Verified by'}: ${command}`;
  return [
    ...notices.map((text) => note('info', text)),
    note('beaker', verification),
    commitList(commits, () => undefined),
  ];
}

const note = (name: string, text: string): HTMLElement =>
  element('p', { class: 'plan-note' }, icon(name), element('span', {}, text));

/** Commits with what becomes of each; `done` says that one has moved already. */
export function commitList(commits: readonly PlannedCommit[], done: (at: number) => boolean | undefined): HTMLElement {
  const more = commits.length - mostCommits;
  return element(
    'ol',
    { class: 'commits', attributes: { 'aria-label': 'Commits' } },
    ...commits.slice(0, mostCommits).map((commit, at) => commitRow(commit, done(at))),
    more > 0 ? element('li', { class: 'quiet-text' }, `and ${plural(more, 'commit')} more`) : undefined,
  );
}

function commitRow(
  { id, subject, outcome, conflicts, carries }: PlannedCommit,
  isDone: boolean | undefined,
): HTMLElement {
  const planned = outcomeLooks[outcome];
  const { icon: name, tone, words } = isDone === true ? { icon: 'check', tone: 'good', words: 'moved' } : planned;
  const lost = carries === true ? ', with changes of its own that are lost' : '';
  return element(
    'li',
    { class: 'commit' },
    element('span', { class: `tone-${tone}`, title: words }, icon(name)),
    element('code', { class: 'commit-id' }, id.slice(0, 8)),
    element('span', { class: 'commit-subject' }, subject),
    element('span', { class: 'commit-outcome' }, `${words}${isDone === true ? '' : lost}`),
    conflicts.length === 0 || isDone === true
      ? undefined
      : element(
          'ul',
          { class: 'commit-conflicts' },
          ...conflicts.map((conflict) =>
            element(
              'li',
              {},
              element('span', { class: 'conflict-path' }, conflict.path),
              ` ${conflictWords(conflict)}`,
            ),
          ),
        ),
  );
}
