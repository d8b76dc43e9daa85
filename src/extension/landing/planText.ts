import type { LandingPlan, PlannedCommit, PlannedConflict } from '../../protocol/landing.ts';
import type { OperationOutput } from '../../protocol/operations.ts';
import { oneLine } from '../model/oneLine.ts';

type Forecasts = OperationOutput<'forecast.get'>['forecasts'];

const outcomes: Readonly<Record<PlannedCommit['outcome'], string>> = {
  clean: 'clean',
  conflict: 'conflict',
  empty: 'nothing is left of it on the target',
  there: 'the target has it already',
  merge: 'a merge, left out',
};

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** Paths that a plan says will conflict, each once. */
const conflictedPaths = ({ commits }: LandingPlan): string[] => [
  ...new Set(commits.flatMap(({ conflicts }) => conflicts.map(({ path }) => path))),
];

/** What a landing would do, in a sentence: "3 commits move cleanly onto main". */
export function planSummary(plan: LandingPlan): string {
  const target = oneLine(plan.target.branch, 80);
  if (plan.upToDate) return `${target} holds everything already`;
  const commits = plural(plan.commits.length, 'commit');
  if (plan.fastForward) return `${commits} on top of ${target}: nothing has to be rebased`;
  const paths = conflictedPaths(plan);
  if (paths.length === 0) return `${commits} ${plan.commits.length === 1 ? 'moves' : 'move'} cleanly onto ${target}`;
  return `${commits} onto ${target}, conflicts predicted in ${plural(paths.length, 'file')}`;
}

/** The dry run of a landing, as a text to read. */
export function planText(name: string, plan: LandingPlan): string {
  const { verify, notices, behind, target, head } = plan;
  const sections = [
    `# Landing plan of ${oneLine(name, 120)}\n\n${planSummary(plan)}. Nothing was changed.`,
    [
      `- Target ${oneLine(target.branch, 200)} at ${target.commit.slice(0, 9)}, ${plural(behind, 'commit')} that the session lacks`,
      `- Session at ${head.slice(0, 9)}`,
      `- Verification: ${verifyWords(verify)}`,
    ].join('\n'),
    section('Notices', notices.map((notice) => `- ${oneLine(notice, 1000)}`).join('\n')),
    section('Commits', plan.commits.map(commitLines).join('\n')),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

/** What landing sessions would meet now, as a text to read. */
export function forecastText(forecasts: Forecasts, nameOf: (id: string) => string): string {
  const sections = forecasts.map(({ session, forecast }) => {
    const { outcome, target, files, sessions, at } = forecast;
    const lines = [
      `- ${forecastWords[outcome]} ${oneLine(target, 200)} (as of ${at.slice(0, 19).replace('T', ' ')} UTC)`,
      ...files.map((file) => `  - ${oneLine(file, 1000)}`),
      ...sessions.map((other) => {
        const paths = other.files.map((file) => oneLine(file, 300)).join(', ');
        return `- Conflicts with "${oneLine(nameOf(other.session), 120)}": ${paths}`;
      }),
    ];
    return section(oneLine(nameOf(session), 120), lines.join('\n'));
  });
  const body = sections.length === 0 ? 'No session has work that could be landed.' : sections.join('\n\n');
  return `# Landing forecast\n\n${body}\n`;
}

const forecastWords = {
  'up-to-date': 'Everything is there already:',
  'fast-forward': 'Nothing has to be rebased onto',
  clean: 'Rebases cleanly onto',
  conflicts: 'Conflicts with',
} as const satisfies Record<Forecasts[number]['forecast']['outcome'], string>;

const section = (title: string, text: string): string => (text === '' ? '' : `## ${title}\n\n${text}`);

function verifyWords({ command, from, suggestions }: LandingPlan['verify']): string {
  if (command !== undefined) return `${oneLine(command, 300)}${from === 'file' ? ' (from .flotilla.yaml)' : ''}`;
  if (suggestions.length === 0) return 'no command is known';
  return `no command is known; the project seems to use ${suggestions.map((text) => oneLine(text, 200)).join(' or ')}`;
}

function commitLines({ id, subject, outcome, carries, conflicts }: PlannedCommit): string {
  const lost = carries === true ? ', with changes of its own that are lost' : '';
  const line = `- ${id.slice(0, 9)} ${oneLine(subject, 200)} (${outcomes[outcome]}${lost})`;
  return [line, ...conflicts.map((conflict) => `  - ${conflictWords(conflict)}`)].join('\n');
}

function conflictWords({ path, kind, deletedBy, hunks }: PlannedConflict): string {
  const by = deletedBy === undefined ? '' : `, deleted by the ${deletedBy === 'ours' ? 'target' : 'session'}`;
  const places = hunks === undefined ? '' : `, ${plural(hunks, 'place')}`;
  return `${oneLine(path, 1000)}: ${kind}${by}${places}`;
}
