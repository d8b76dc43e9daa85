import { z } from 'zod';
import { errorBodyOf } from '../cliError.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { withEngine } from '../withEngine.ts';

export const engineStop = defineCommand(
  {
    name: 'engine stop',
    summary: 'ask the engine to finish its running operations and leave',
    description: 'Sessions go on in their environments; the next engine finds them again.',
    arguments: [],
    options: [jsonOption],
    examples: [['flotilla engine stop', 'harmless when none runs']],
  },
  z.object({}),
  async (context) => {
    const { output } = context;
    let stopped = true;
    try {
      const why = 'asked to by flotilla engine stop';
      await withEngine(context, (engine) => engine.call('engine.stop', { why }), { start: 'never' });
    } catch (error) {
      if (errorBodyOf(error).code !== 'engine-unreachable') throw error;
      stopped = false;
    }
    if (output.json) output.document({ stopped });
    else output.line(stopped ? 'The engine leaves.' : 'No engine runs.');
    return exitCodes.ok;
  },
);
