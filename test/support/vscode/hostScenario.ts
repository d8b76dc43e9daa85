import type { Scenario } from '../scriptedApi/scenario.ts';
import { bash } from '../sessions.ts';

/** What the scripted model does for sessions that tests in VS Code start. */
export const hostScenario: Scenario = {
  rules: [
    {
      match: '^# Resolve merge conflicts',
      steps: [
        bash("printf '# Orchard\\n\\nAnd plums, and pears.\\n' > README.md"),
        {
          tool: 'StructuredOutput',
          input: {
            files: [{ path: 'README.md', confidence: 0.5, why: 'Each side adds a fruit.' }],
            alsoChanged: [],
          },
        },
        { text: 'Both fruits are named.' },
      ],
    },
    {
      match: 'pear',
      steps: [
        bash("printf '# Pear\\n' > fruit/pear.md && git add -A && git commit -qm 'Describe the pear'"),
        bash("printf '\\nAnd pears.\\n' >> README.md && git commit -qam 'Name the pear'"),
        { text: 'The pear is described.' },
      ],
    },
    { match: 'wait long', steps: [bash('sleep 300'), { text: 'Waited.' }] },
  ],
};
