import { z } from 'zod';
import { visibleText } from '../cleanText.ts';
import { CliError } from '../cliError.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { sessionArgument } from '../sessionArgument.ts';
import { withEngine } from '../withEngine.ts';

const sides = ['base', 'ours', 'theirs', 'current'] as const;

export const landingConflict = defineCommand(
  {
    name: 'landing conflict',
    summary: 'print a conflicted file: as it stands, or one of its three sides',
    arguments: [sessionArgument, { name: 'path', description: 'the conflicted file', completes: 'none' }],
    options: [
      {
        flags: '--side <side>',
        description: "base, ours (the target's), theirs (the session's), or current",
        choices: sides,
      },
      { flags: '--json', description: 'print all four, in base64, as JSON' },
    ],
    examples: [
      ['flotilla landing conflict fix-login src/login.ts', 'with conflict markers, or as Claude proposes it'],
      ['flotilla landing conflict fix-login src/login.ts > merged.ts', 'edit it, then flotilla landing resolve --from'],
    ],
  },
  z.object({ session: z.string(), path: z.string(), side: z.enum(sides).default('current') }),
  async (context, { session, path, side }) => {
    const { output, stdout } = context;
    const conflict = await withEngine(context, (engine) => engine.call('landing.conflict', { session, path }));
    if (output.json) {
      output.document(conflict);
      return exitCodes.ok;
    }
    const content = conflict[side];
    if (content === undefined) throw new CliError('file-missing', `There is no such file on that side (${side}).`);
    const bytes = Buffer.from(content, 'base64');
    if (stdout.isTTY !== true) stdout.write(bytes);
    else if (conflict.isBinary) output.hint('It is a binary file: send it to a file with > to look at it.');
    else output.raw(visibleText(bytes.toString('utf8')));
    return exitCodes.ok;
  },
);
