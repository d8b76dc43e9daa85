import { z } from 'zod';
import { defineCommand, jsonOption } from '../command.ts';
import { showEngine } from '../engineInfo.ts';
import { exitCodes } from '../exitCodes.ts';
import { withEngine } from '../withEngine.ts';

export const engineStart = defineCommand(
  {
    name: 'engine start',
    summary: 'start the engine, unless one runs already',
    description: 'Every command that needs the engine starts it; this one is for when you want it beforehand.',
    arguments: [],
    options: [jsonOption],
    examples: [['flotilla engine start', 'with the credentials of this environment handed over']],
  },
  z.object({}),
  async (context) => {
    const info = await withEngine(context, (engine) => engine.call('system.info', {}), { credentials: true });
    showEngine(context.output, info);
    return exitCodes.ok;
  },
);
