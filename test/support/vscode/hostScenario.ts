import type { Scenario } from '../scriptedApi/scenario.ts';
import { bash } from '../sessions.ts';

/** What the scripted model does for sessions that tests in VS Code start. */
export const hostScenario: Scenario = {
  rules: [
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
