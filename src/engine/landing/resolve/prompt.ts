import type { Background } from './background.ts';

/** A conflicted file as Claude is shown it. */
export interface PromptFile {
  readonly path: string;
  /** Texts with their titles, such as "base" or "what the target changed". */
  readonly parts: readonly { readonly title: string; readonly text: string }[];
}

export interface PromptParts {
  readonly session: { readonly prompt: string; readonly branch: string };
  readonly workTree: string;
  readonly stop: { readonly commit: string; readonly subject: string };
  readonly target: { readonly branch: string };
  readonly background: Background;
  readonly files: readonly PromptFile[];
  /** Conflicted paths that are for somebody else. */
  readonly others: readonly string[];
  readonly advice?: string | undefined;
}

const longestTask = 8000;
const name = (text: string): string => JSON.stringify(text.slice(0, 1000));

/** What Claude is asked for when it resolves conflicts. It states facts and rules, and leaves the resolution to Claude. */
export const firstPrompt = (parts: PromptParts): string =>
  [...facts(parts), ...intents(parts), ...filesOf(parts), rules].join('\n');

const facts = ({ session, workTree, stop, target, advice }: PromptParts): string[] => [
  '# Resolve merge conflicts',
  '',
  `Flotilla is rebasing the commits of your branch ${name(session.branch)} onto the branch ${name(target.branch)}. This happens in a work tree of its own,`,
  `${name(workTree)}: your working directory now, with the whole project in it. Your usual work tree stays as it is; change nothing there.`,
  `The rebase has stopped at the commit ${stop.commit.slice(0, 12)} ${name(stop.subject)}, because it does not fit on what the target has become.`,
  '',
  'In every conflict',
  `- "ours" is ${name(target.branch)}, with those of your commits on it that were moved already;`,
  '- "theirs" is your commit, the one that is being moved;',
  '- "base" is the parent of your commit, where both come from.',
  ...(advice === undefined || advice.trim() === '' ? [] : ['', 'The user says:', fenced(advice)]),
];

const intents = ({ session, background }: PromptParts): string[] => [
  '',
  '## What each side is after',
  ...(session.prompt.trim() === ''
    ? []
    : ['The task of your session, as it was given:', fenced(session.prompt.slice(0, longestTask))]),
  'The message of your commit:',
  fenced(background.message === '' ? '(empty)' : background.message),
  ...(background.targetLog === ''
    ? []
    : [
        'Commits on the target that your branch lacks and that touched these files, newest first:',
        fenced(background.targetLog),
      ]),
];

const filesOf = ({ files, others }: PromptParts): string[] => [
  '',
  '## The conflicted files',
  ...files.flatMap(({ path, parts }) => [
    '',
    `### ${name(path)}`,
    ...parts.flatMap(({ title, text }) => [`${title}:`, fenced(text)]),
  ]),
  ...(others.length === 0
    ? []
    : [
        '',
        'Also conflicted, but seen to by somebody else; leave them alone:',
        ...others.slice(0, 200).map((path) => `- ${name(path)}`),
      ]),
];

const rules = `
## What to do
Resolve the files above so that both intents are kept: what the target changed still holds, and what your commit does still works on it. Read whatever of the
project helps; run its tools if that is quick.
- Edit only these files. If something else has to change so that the result works, change it and name it in "alsoChanged" with the reason; what you don't name is put back.
- Leave no conflict marker, and write whole files, not excerpts. Keep the encoding, the line ends and the mode of each file.
- Don't stage or commit anything, don't continue or abort the rebase, don't switch branches, don't stash.
- Then answer with an entry for each of these files. Be honest about your confidence: a person looks at what you are not sure of.`;

/** What is said in a later round. `findings`: one line each. */
export const nextPrompt = (findings: readonly string[]): string =>
  [
    'Your resolution was checked, and this was found:',
    ...findings.slice(0, 100).map((finding) => `- ${finding}`),
    '',
    'Put it right under the same rules, then answer again with an entry for each of the files.',
  ].join('\n');

/** Between more backticks than the text has in a row anywhere. */
function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
