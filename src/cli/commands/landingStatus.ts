import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { eventsJsonOption } from '../landing/landingCommand.ts';
import { runLanding, showSteps } from '../landing/landingRun.ts';
import { statusLines } from '../landing/statusLines.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';

export const landingStatus = defineCommand(
  {
    name: 'landing status',
    summary: 'show how a landing stands: conflicts, verification, pushes, and what you can do',
    isDefault: true,
    arguments: [sessionArgument],
    options: [
      { flags: '-f, --follow', description: 'go on until it is over or waits for you' },
      { ...eventsJsonOption, description: 'print JSON; with --follow one document a line' },
    ],
    examples: [
      ['flotilla landing fix-login', 'the same as flotilla landing status fix-login'],
      ['flotilla landing status -f fix-login', 'come back to a landing that goes on'],
    ],
  },
  z.object({ session: z.string(), follow: z.boolean().default(false) }),
  (context, { session, follow }) =>
    withEngine(context, async (engine) => {
      const { output } = context;
      const status = await engine.call('landing.status', { session });
      const { landing } = status;
      if (follow && landing?.state === 'running')
        return runLanding(context, engine, { session, begin: () => Promise.resolve(landing) });
      if (output.json) output.document(status);
      else {
        for (const line of statusLines(output, status)) output.line(line);
        showSteps(output, status);
      }
      return exitCodes.ok;
    }),
);
