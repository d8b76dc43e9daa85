import { z } from 'zod';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { showResult, showSummary } from '../summary.ts';
import { withEngine } from '../withEngine.ts';

export const show = defineCommand(
  {
    name: 'show',
    summary: 'show what a session is and what it made',
    arguments: [sessionArgument],
    options: [jsonOption],
    examples: [['flotilla show fix-login', 'state, branch, commits, files and cost, and the text of its last result']],
  },
  z.object({ session: z.string() }),
  async (context, { session }) => {
    const { output } = context;
    const made = await withEngine(context, (engine) => engine.call('session.output', { session }));
    if (output.json) output.document(made);
    else {
      showResult(output, made.result);
      showSummary(output, made);
    }
    return exitCodes.ok;
  },
);
