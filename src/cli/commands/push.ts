import { z } from 'zod';
import { cleanLine } from '../cleanText.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';

export const push = defineCommand(
  {
    name: 'push',
    summary: "push a session's branch to its repository's origin, with your own git credentials",
    arguments: [sessionArgument],
    options: [jsonOption],
    examples: [['flotilla push fix-login', 'the branch as it has come home, never forced over work of others']],
  },
  z.object({ session: z.string() }),
  async (context, { session }) => {
    const { output } = context;
    const pushed = await withEngine(context, (engine) => engine.call('session.push', { session }));
    if (output.json) output.document(pushed);
    else {
      const where = `${cleanLine(pushed.branch)} on ${cleanLine(pushed.remote)}`;
      output.line(`${pushed.upToDate ? 'Already there' : 'Pushed'}: ${pushed.commit.slice(0, 9)} to ${where}`);
    }
    return exitCodes.ok;
  },
);
