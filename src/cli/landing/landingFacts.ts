import type { Landing, LandingFile, LandingPush, LandingStop } from '../../protocol/landing.ts';
import { cleanLine } from '../cleanText.ts';
import type { Color, Output } from '../output.ts';
import { countText } from '../words.ts';

/** A thing that is or happened: a word before it, and lines. */
export interface Fact {
  /** The same for the same fact of the same landing. */
  readonly key: string;
  readonly label: string;
  readonly color: Color;
  readonly lines: readonly string[];
}

type LandingVerify = NonNullable<Landing['verify']>;

/** How wide the word before a fact is. */
export const labelWidth = 11;

/** A fact as lines for a person: the word in front of the first one only. */
export const factLines = (output: Output, { label, color, lines }: Omit<Fact, 'key'>): string[] =>
  lines.map((line, index) => {
    const head = index === 0 ? output.paint(color, label.padEnd(labelWidth)) : ' '.repeat(labelWidth);
    return `${head}${line}`.trimEnd();
  });

/** All that has come to be known of a landing, in order. */
export function factsOf({ stop, resolved, verify, pushes, rounds, target }: Landing): Fact[] {
  const stops = stop === undefined ? resolved : [...resolved, stop];
  return [
    ...(rounds > 0 ? [fact(['again', 'yellow'], [movedText(target)], rounds)] : []),
    ...stops.flatMap((each) => stopFacts(each, rounds)),
    ...(verify === undefined ? [] : [verifyFact(verify)]),
    ...pushes.map(pushFact),
  ];
}

function fact([label, color]: readonly [string, Color], lines: readonly string[], ...about: unknown[]): Fact {
  return { key: JSON.stringify([label, lines, ...about]), label, color, lines };
}

const movedText = ({ branch, commit }: Landing['target']): string =>
  `${cleanLine(branch)} has moved to ${commit.slice(0, 9)}: all is done once more.`;

function stopFacts({ commit, subject, files, alsoChanged = [] }: LandingStop, rounds: number): Fact[] {
  return [
    fact(['stop', 'cyan'], [`${commit.slice(0, 9)} ${cleanLine(subject)}`], rounds),
    ...files.map((file) => fileFact(file, commit, rounds)),
    ...alsoChanged.map(({ path, why }) =>
      fact(['changed', 'yellow'], [`${cleanLine(path)} as well`, cleanLine(why)], commit, rounds),
    ),
  ];
}

function fileFact(file: LandingFile, ...about: unknown[]): Fact {
  const path = cleanLine(file.path);
  if (file.state === 'open')
    return fact(['conflict', 'yellow'], [`${path} (${kindText(file)})`, ...notes(file)], ...about);
  const how = [file.by === undefined ? '' : resolvers[file.by], confidenceText(file)].filter((part) => part !== '');
  const line = `${path} ${how.join(', ')}`.trim();
  return fact(
    file.state === 'proposed' ? ['proposed', 'yellow'] : ['resolved', 'green'],
    [line, ...notes(file)],
    ...about,
  );
}

const resolvers = { rule: 'without judgement', claude: 'by Claude', person: 'by hand' } as const;

const notes = ({ why, warnings }: LandingFile): string[] => [
  ...(why === undefined ? [] : [cleanLine(why)]),
  ...warnings.map((warning) => `! ${cleanLine(warning)}`),
];

function kindText({ kind, deletedBy }: LandingFile): string {
  if (deletedBy === undefined) return kind;
  return `${kind}, deleted by ${deletedBy === 'ours' ? 'the target' : 'the session'}`;
}

const confidenceText = ({ confidence }: LandingFile): string =>
  confidence === undefined ? '' : `confidence ${Math.round(confidence * 100)}%`;

const verdicts: Readonly<Record<LandingVerify['outcome'], readonly [string, Color]>> = {
  running: ['verify', 'cyan'],
  passed: ['verified', 'green'],
  failed: ['red', 'red'],
  'timed-out': ['too long', 'red'],
  cancelled: ['cancelled', 'gray'],
};

function verifyFact({ command, outcome, exitCode, startedAt, uncommitted }: LandingVerify): Fact {
  const code = exitCode === undefined || exitCode === 0 ? '' : ` (exit code ${exitCode})`;
  const others = uncommitted === undefined ? [] : [`! with ${countText(uncommitted, 'uncommitted file')} in the tree`];
  return fact(verdicts[outcome], [`${cleanLine(command)}${code}`, ...others], startedAt);
}

function pushFact({ commit, branch, remote, pullRequestUrl, undone, at }: LandingPush): Fact {
  const line = `${commit.slice(0, 9)} to ${cleanLine(branch)} on ${cleanLine(remote)}`;
  if (undone === true) return fact(['taken back', 'gray'], [line], at);
  const link = pullRequestUrl === undefined ? [] : [`Pull request: ${cleanLine(pullRequestUrl)}`];
  return fact(['pushed', 'green'], [line, ...link], at);
}
