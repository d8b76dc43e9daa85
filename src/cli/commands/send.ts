import { z } from 'zod';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { readPrompt } from '../readPrompt.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { sessionLine } from '../sessionCommand.ts';
import { withEngine } from '../withEngine.ts';

export const send = defineCommand(
  {
    name: 'send',
    summary: 'send Claude a follow-up; it waits its turn while Claude works',
    arguments: [
      sessionArgument,
      { name: 'text', description: 'the follow-up, or - for standard input', completes: 'none' },
    ],
    options: [jsonOption],
    examples: [
      ['flotilla send fix-login "also add a test"', 'queued while Claude works, taken up at once when it is idle'],
      ['flotilla send fix-login - < review.md', 'the follow-up from a file'],
    ],
  },
  z.object({ session: z.string(), text: z.string() }),
  async (context, { session, text }) => {
    const { output } = context;
    const prompt = await readPrompt(context, text === '-' ? { file: '-' } : { text });
    const input = { session, text: prompt };
    const answer = await withEngine(context, (engine) => engine.call('session.send', input), { credentials: true });
    if (output.json) output.document(answer);
    else
      output.line(
        answer.session.queued > 0 ? `Queued (${answer.session.queued} waiting).` : sessionLine(answer.session),
      );
    return exitCodes.ok;
  },
);
