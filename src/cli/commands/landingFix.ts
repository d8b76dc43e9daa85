import { z } from 'zod';
import { CliError } from '../cliError.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { outputMessage } from '../landing/outputMessage.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { sessionLine } from '../sessionCommand.ts';
import { withEngine } from '../withEngine.ts';

export const landingFix = defineCommand(
  {
    name: 'landing fix',
    summary: 'send the output of a failed verification to Claude, to mend what is wrong',
    description:
      'When Claude has finished, go on with flotilla landing continue; it says when it has to be begun anew.',
    arguments: [sessionArgument],
    options: [
      { flags: '--advice <text>', description: 'a word of yours beside the output', completes: 'none' },
      jsonOption,
    ],
    examples: [['flotilla landing fix fix-login', 'as a follow-up, in its turn']],
  },
  z.object({ session: z.string(), advice: z.string().optional() }),
  async (context, { session, advice }) => {
    const { output } = context;
    const answer = await withEngine(
      context,
      async (engine) => {
        const { landing, verifyOutput } = await engine.call('landing.status', { session });
        const outcome = landing?.verify?.outcome;
        if (landing?.verify === undefined || (outcome !== 'failed' && outcome !== 'timed-out'))
          throw new CliError('not-in-this-state', 'No verification of this session has failed: nothing is to be sent.');
        const text = outputMessage(landing.verify, verifyOutput ?? '', advice);
        return engine.call('session.send', { session, text });
      },
      { credentials: true },
    );
    if (output.json) output.document(answer);
    else output.line(sessionLine(answer.session));
    return exitCodes.ok;
  },
);
