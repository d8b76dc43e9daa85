import type { LandingPlan, PlannedCommit, PlannedConflict } from '../../protocol/landing.ts';
import { cleanLine } from '../cleanText.ts';
import type { Color, Output } from '../output.ts';
import { type Column, tableLines } from '../table.ts';
import { countText } from '../words.ts';

const outcomes: Readonly<Record<PlannedCommit['outcome'], { readonly word: string; readonly color: Color }>> = {
  clean: { word: 'clean', color: 'green' },
  conflict: { word: 'conflicts', color: 'yellow' },
  empty: { word: 'becomes empty', color: 'gray' },
  there: { word: 'there already', color: 'gray' },
  merge: { word: 'merge, left out', color: 'gray' },
};

const columns = (output: Output): Column<PlannedCommit>[] => [
  { title: 'COMMIT', text: ({ id }) => id.slice(0, 9) },
  { title: 'SUBJECT', text: ({ subject }) => subject, least: 12 },
  { title: 'AUTHOR', text: ({ author }) => author, least: 6 },
  { title: 'OUTCOME', text: outcomeText, paint: (text, { outcome }) => output.paint(outcomes[outcome].color, text) },
];

const outcomeText = ({ outcome, conflicts, carries }: PlannedCommit): string => {
  if (outcome === 'conflict') return countText(conflicts.length, 'conflict');
  return `${outcomes[outcome].word}${carries === true ? ', with changes of its own' : ''}`;
};

/** What a landing would do, for a person. */
export function planLines(output: Output, plan: LandingPlan): string[] {
  const conflicts = plan.commits.flatMap((commit) => commit.conflicts.map((conflict) => ({ commit, conflict })));
  return [
    headline(plan),
    ...(plan.commits.length === 0 ? [] : ['', ...tableLines(columns(output), plan.commits, output.width)]),
    ...(conflicts.length === 0 ? [] : ['', output.paint('bold', 'Conflicts to expect')]),
    ...conflicts.map(({ commit, conflict }) => `${commit.id.slice(0, 9)}  ${conflictText(conflict)}`),
    '',
    `${output.paint('bold', 'Verify'.padEnd(9))}${verifyText(plan.verify)}`,
    ...plan.notices.map((notice) => `${output.paint('yellow', 'Notice'.padEnd(9))}${cleanLine(notice)}`),
  ];
}

function headline({ target, commits, behind, fastForward, upToDate }: LandingPlan): string {
  const where = `${cleanLine(target.branch)} (${target.commit.slice(0, 9)})`;
  if (upToDate) return `${where} has everything already.`;
  const what = `${countText(commits.length, 'commit')} to land on ${where}`;
  return fastForward
    ? `${what}: nothing has to be rebased.`
    : `${what}, which is ${countText(behind, 'commit')} ahead.`;
}

function conflictText({ path, kind, deletedBy, hunks }: PlannedConflict): string {
  const more = [
    kind,
    ...(deletedBy === undefined ? [] : [`deleted by ${deletedBy === 'ours' ? 'the target' : 'the session'}`]),
    ...(hunks === undefined ? [] : [countText(hunks, 'place')]),
  ];
  return `${cleanLine(path)} (${more.join(', ')})`;
}

function verifyText({ command, from, suggestions }: LandingPlan['verify']): string {
  if (command !== undefined) return `${cleanLine(command)}${from === 'file' ? ' (from .flotilla.yaml)' : ''}`;
  const guess = suggestions.length === 0 ? '' : ` This may fit: ${suggestions.map(cleanLine).join('; ')}`;
  return `no command is known: name one with --verify, or in .flotilla.yaml of the target.${guess}`;
}
