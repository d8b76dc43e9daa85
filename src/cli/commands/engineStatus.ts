import { z } from 'zod';
import { defineCommand, jsonOption } from '../command.ts';
import { showEngine } from '../engineInfo.ts';
import { exitCodes } from '../exitCodes.ts';
import { withEngine } from '../withEngine.ts';

export const engineStatus = defineCommand(
  {
    name: 'engine status',
    summary: 'say whether the engine runs and what it holds; exit code 5 when none runs',
    arguments: [],
    options: [jsonOption],
    examples: [['flotilla engine status', 'version, process, folders, sessions, memory']],
  },
  z.object({}),
  async (context) => {
    const info = await withEngine(context, (engine) => engine.call('system.info', {}), { start: 'never' });
    showEngine(context.output, info);
    return exitCodes.ok;
  },
);
