import type { Rule, Scenario } from '../support/scriptedApi/scenario.ts';

type Call = { readonly tool: string; readonly input: Record<string, unknown> };

const run = (command: string, description: string): Call => ({ tool: 'Bash', input: { command, description } });

const write = (file: string, content: string): Call & { readonly text: string } => ({
  text: `I write ${file}.`,
  ...run(`mkdir -p "$(dirname ${file})" && printf '%s\\n' ${content} > ${file}`, `Write ${file}`),
});

/** A page for a fruit, and its name in the list of README.md. */
const describeFruit = (fruit: string, about: string): Rule => ({
  match: `Describe the ${fruit}`,
  steps: [
    { text: 'I look at what is there first.', ...run('cat README.md fruit/*', 'Read the orchard') },
    write(`fruit/${fruit}.md`, `'# ${fruit.charAt(0).toUpperCase()}${fruit.slice(1)}' '' '${about}'`),
    { text: 'It belongs on the list as well.', ...run(`sed -i 's/apple\\./apple, ${fruit}./' README.md`, 'List it') },
    run(`sh test.sh && git add --all && git commit --quiet --message 'Describe the ${fruit}'`, 'Test and commit'),
    { text: `The ${fruit} is described in fruit/${fruit}.md and named in README.md, and committed.` },
  ],
});

/** Both fruits stay on the list. The answer is in the shape that a landing asks for. */
const resolveList: Rule = {
  match: '^# Resolve merge conflicts',
  steps: [
    {
      text: 'Both sides add a fruit to the same line: both belong there.',
      ...run(
        "printf '%s\\n' '# Orchard' '' 'What grows here: apple, pear, plum.' > README.md && sh test.sh",
        'Keep both',
      ),
    },
    {
      tool: 'StructuredOutput',
      input: {
        files: [
          { path: 'README.md', confidence: 0.95, why: 'Each side adds one fruit to the list, so the list has both.' },
        ],
        alsoChanged: [],
      },
    },
    { text: 'README.md lists both fruits.' },
  ],
};

/** What the scripted model does in the demo. Its tool calls are run by the real Claude Code. */
export const demoScenario: Scenario = {
  rules: [
    resolveList,
    describeFruit('pear', 'Grows on trees, and is best the day before yesterday.'),
    describeFruit('plum', 'Grows on trees, and falls into cakes.'),
    {
      match: 'count',
      steps: [
        { text: 'I run the script to see what it prints.', ...run('sh count.sh', 'Count the fruit') },
        write('count.sh', `'#!/bin/sh' 'echo "$(ls fruit | wc -l) kinds of fruit"'`),
        run("sh count.sh && git commit --quiet --all --message 'Say what is counted'", 'Try it and commit'),
        { text: 'count.sh now says what it counts, and the change is committed.' },
      ],
    },
  ],
};
