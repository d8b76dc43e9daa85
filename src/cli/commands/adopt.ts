import { z } from 'zod';
import { cleanLine } from '../cleanText.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { sessionLine } from '../sessionCommand.ts';
import { withEngine } from '../withEngine.ts';

export const adopt = defineCommand(
  {
    name: 'adopt',
    summary: 'take back an environment that no session owns; without an id, list them',
    arguments: [{ name: 'id', description: 'id of the environment', optional: true, completes: 'orphan' }],
    options: [jsonOption],
    examples: [
      ['flotilla adopt', 'what was found with the label of Flotilla and belongs to no session'],
      ['flotilla adopt k3mv8xqp', 'make a session of it again'],
      ['flotilla remove k3mv8xqp --orphan', 'or remove it with everything in it'],
    ],
  },
  z.object({ id: z.string().optional() }),
  async (context, { id }) => {
    const { output } = context;
    return withEngine(context, async (engine) => {
      if (id !== undefined) {
        const answer = await engine.call('orphan.adopt', { sessionId: id });
        if (output.json) output.document(answer);
        else output.line(sessionLine(answer.session));
        return exitCodes.ok;
      }
      const answer = await engine.call('orphan.list', {});
      if (output.json) output.document(answer);
      else if (answer.orphans.length === 0) output.hint('Every environment belongs to a session.');
      else
        for (const { sessionId, parts, running, adoptable } of answer.orphans) {
          const words = [running ? 'running' : 'not running', adoptable ? 'adoptable' : 'only removable'].join(', ');
          output.line(`${cleanLine(sessionId)}  ${words}: ${parts.map(cleanLine).join(', ')}`);
        }
      return exitCodes.ok;
    });
  },
);
