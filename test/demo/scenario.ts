import type { Scenario } from '../support/scriptedApi/scenario.ts';

const write = (file: string, content: string): { tool: string; input: Record<string, unknown>; text: string } => ({
  text: `I write ${file}.`,
  tool: 'Bash',
  input: {
    command: `mkdir -p "$(dirname ${file})" && printf '%s\\n' ${content} > ${file}`,
    description: `Write ${file}`,
  },
});

const run = (command: string, description: string): { tool: string; input: Record<string, unknown> } => ({
  tool: 'Bash',
  input: { command, description },
});

/** What the scripted model does for the two tasks of the demo. Its tool calls are run by the real Claude Code. */
export const demoScenario: Scenario = {
  rules: [
    {
      match: 'pear',
      steps: [
        { text: 'I look at what is there first.', ...run('cat README.md fruit/*', 'Read the orchard') },
        write('fruit/pear.md', "'# Pear' '' 'Grows on trees, and is best the day before yesterday.'"),
        run("git add --all && git commit --quiet --message 'Describe the pear'", 'Commit'),
        { text: 'The pear is described in fruit/pear.md, and committed.' },
      ],
    },
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
